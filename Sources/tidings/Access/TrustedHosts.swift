/// The names under which a server that asks for no token answers browsers.
///
/// A web page can let its own name point to this machine, and the browser takes what it then reads here for the page's own.
/// The name gives it away.
struct TrustedHosts: Sendable, Equatable {
    private let names: Set<String>

    /// - Parameter urls: Addresses whose host is trusted besides those of this machine, such as the public one.
    init(besidesLoopback urls: [String]) {
        self.names = Set(urls.compactMap { $0.split(separator: "/").dropFirst().first }.map(Self.name))
    }

    /// Whether a `Host` header names this server.
    func allows(_ authority: String?) -> Bool {
        guard let authority else { return false }
        let name = Self.name(in: Substring(authority))
        return ServerSettings.isLoopback(name) || self.names.contains(name)
    }

    /// A host without its port, in lower case.
    private static func name(in authority: Substring) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return authority[...end].lowercased() }
        return authority.prefix { $0 != ":" }.lowercased()
    }
}
