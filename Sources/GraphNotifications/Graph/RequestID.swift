#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Names one request, where nobody passed other names in.
enum RequestID {
    /// A fresh UUID in lower case.
    @Sendable
    static func random() -> String {
        UUID().uuidString.lowercased()
    }
}
