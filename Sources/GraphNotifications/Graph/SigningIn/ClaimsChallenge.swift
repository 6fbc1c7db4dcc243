import JSONBytes
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What Graph wants the next token to prove when it refuses one under continuous access evaluation.
enum ClaimsChallenge {
    private static let longest = 8_192

    /// Reads `WWW-Authenticate: Bearer …, error="insufficient_claims", claims="…"`.
    ///
    /// - Returns: The claims as JSON; `nil` if the answer has none that are whole.
    static func claims(in headers: HTTPHeaders) -> String? {
        for header in headers["WWW-Authenticate"] where header.contains("insufficient_claims") {
            guard let start = header.firstRange(of: "claims=\"") else { continue }
            let value = header[start.upperBound...].prefix { $0 != "\"" }
            guard value.utf8.count <= Self.longest, let claims = Self.decode(String(value)) else { continue }
            return claims
        }
        return nil
    }

    private static func decode(_ text: String) -> String? {
        var base64 = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        while base64.utf8.count % 4 != 0 { base64.append("=") }
        guard let data = Data(base64Encoded: base64), let claims = String(validating: data, as: UTF8.self) else { return nil }
        let isObject = ByteBuffer(string: claims).withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            do {
                guard try reader.peek() == .object else { return false }
                try reader.skip()
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        return isObject ? claims : nil
    }
}
