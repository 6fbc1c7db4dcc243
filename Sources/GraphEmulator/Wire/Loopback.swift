/// Which names and addresses mean this machine and no other.
enum Loopback {
    /// Whether `host` is `localhost`, `::1`, or an IPv4 address that begins with 127. No name is looked up.
    static func contains(host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "127" else { return false }
        return parts.allSatisfy { part in
            // Other spellings of a number, such as 0177, mean different things to different resolvers.
            guard let number = UInt8(part) else { return false }
            return String(number) == part
        }
    }

    /// The same for what stands in a `Host` field, which may name a port.
    static func contains(authority: String) -> Bool {
        guard authority.hasPrefix("[") else {
            return self.contains(host: String(authority.prefix { $0 != ":" }))
        }
        return self.contains(host: authority.prefix { $0 != "]" } + "]")
    }

    /// The same for what stands in an `Origin` field.
    static func contains(origin: String) -> Bool {
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return self.contains(authority: String(origin.dropFirst(scheme.count)))
        }
        return false
    }
}
