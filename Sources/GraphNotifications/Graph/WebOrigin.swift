/// Scheme, host and port of a URL: whom one talks to.
struct WebOrigin: Equatable, CustomStringConvertible {
    /// In lower case, without `://`.
    let scheme: String
    /// Host and, where it is given, port, in lower case.
    let authority: String

    /// - Returns: `nil` if it is not a URL with `http` or `https`, or carries a user's name.
    init?(_ url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        self.scheme = url[..<separator.lowerBound].lowercased()
        self.authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        guard self.scheme == "https" || self.scheme == "http", !self.authority.isEmpty, !self.authority.contains("@"),
            self.authority.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
    }

    /// Whether a secret may be sent there: over TLS, or to this machine.
    var isConfidential: Bool { self.scheme == "https" || self.isLoopback }

    private var isLoopback: Bool {
        if self.authority == "[::1]" || self.authority.hasPrefix("[::1]:") { return true }
        let host = self.authority.prefix { $0 != ":" }
        return host == "localhost" || host == "127.0.0.1"
    }

    var description: String { self.authority }
}

extension String {
    /// With everything but letters, digits, `-`, `.`, `_` and `~` percent-encoded.
    var percentEncoded: String {
        let hex: StaticString = "0123456789ABCDEF"
        var result: [UInt8] = []
        for byte in self.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), hex.utf8Start[Int(byte >> 4)], hex.utf8Start[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
