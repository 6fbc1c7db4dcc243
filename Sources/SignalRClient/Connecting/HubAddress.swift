/// Where a hub is: its address taken apart, and the addresses made of it.
struct HubAddress: Sendable, Equatable {
    var isSecure: Bool
    /// Without the brackets of an IPv6 address.
    var host: String
    var port: Int
    /// As it was written; begins with a slash.
    var path: String
    /// Without the question mark; empty if there is none.
    var query: String

    /// - Parameter url: With the scheme `http`, `https`, `ws` or `wss`. A fragment is dropped.
    /// - Returns: `nil` if it is no such address, or holds a user's name.
    init?(_ url: String) {
        guard let colon = url.firstIndex(of: ":") else { return nil }
        switch url[..<colon].lowercased() {
        case "http", "ws": self.isSecure = false
        case "https", "wss": self.isSecure = true
        default: return nil
        }
        var rest = url[url.index(after: colon)...]
        guard rest.hasPrefix("//"), rest.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        rest = rest.dropFirst(2).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        self.host = host
        self.port = port ?? (self.isSecure ? 443 : 80)
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        self.path = path.isEmpty ? "/" : String(path)
        self.query = String(target[path.endIndex...].dropFirst())
    }

    /// `host`, `host:port` or `[address]:port`, as a `Host` header has it.
    var authority: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return self.port == (self.isSecure ? 443 : 80) ? host : "\(host):\(self.port)"
    }

    /// Where to negotiate.
    ///
    /// - Parameter isStateful: Whether to ask for stateful reconnect.
    func negotiation(isStateful: Bool) -> String {
        let path = self.path.hasSuffix("/") ? self.path : self.path + "/"
        let isVersioned = self.query.lowercased().split(separator: "&").contains { $0.hasPrefix("negotiateversion=") }
        let version = isVersioned ? nil : "negotiateVersion=1"
        return "\(self.isSecure ? "https" : "http")://\(self.authority)\(path)negotiate?"
            + [self.query.isEmpty ? nil : self.query, version, isStateful ? "useStatefulReconnect=true" : nil]
            .compactMap(\.self).joined(separator: "&")
    }

    /// The target of the request that becomes a WebSocket.
    ///
    /// - Parameter token: The connection's token; `nil` without negotiation.
    func socketTarget(token: String?) -> String {
        let id = token.map { "id=" + Self.escaped($0) }
        let query = [self.query.isEmpty ? nil : self.query, id].compactMap(\.self).joined(separator: "&")
        return query.isEmpty ? self.path : "\(self.path)?\(query)"
    }

    /// Whether the host is a number, which TLS does not name.
    var hostIsAddress: Bool {
        self.host.contains(":") || self.host.split(separator: ".").last?.allSatisfy(\.isNumber) == true
    }

    private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
        guard !authority.contains("@") else { return nil }
        let host: Substring
        let rest: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[..<end].dropFirst()
            rest = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            rest = authority[host.endIndex...]
        }
        guard !host.isEmpty else { return nil }
        if rest.isEmpty { return (String(host), nil) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port) else { return nil }
        return (String(host), port)
    }

    /// Everything but letters, digits and a few marks as %XX.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                result.append(character)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return result
    }
}
