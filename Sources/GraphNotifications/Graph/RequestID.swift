#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Names one request, where nobody passed other names in.
package enum RequestID {
    /// A fresh UUID in lower case.
    @Sendable
    package static func random() -> String {
        UUID().uuidString.lowercased()
    }
}
