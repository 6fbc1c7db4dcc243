import NIOHTTP1

/// Which web pages may talk to a hub. Browsers say where a page is from; other programs do not, and are let in.
struct OriginPolicy: Sendable {
    private let allowed: Set<String>
    private let allowsAll: Bool

    init(allowedOrigins: Set<String>?) {
        self.allowed = Set((allowedOrigins ?? []).map(Self.canonical))
        self.allowsAll = self.allowed.contains("*")
    }

    enum Verdict: Equatable {
        /// No web page, or one of this server.
        case own
        /// A page from elsewhere that may: the browser must be told so, with its origin.
        case allowed(origin: String)
        case refused
    }

    func verdict(on head: HTTPRequestHead) -> Verdict {
        guard let origin = head.headers.first(name: "Origin") else { return .own }
        let canonical = Self.canonical(origin)
        // The scheme is not compared: TLS may have ended at a proxy.
        if let host = head.headers.first(name: "Host"), let authority = canonical.split(separator: "/").dropFirst().first,
            authority == host.lowercased(), canonical.hasPrefix("http")
        {
            return .own
        }
        return self.allowsAll || self.allowed.contains(canonical) ? .allowed(origin: origin) : .refused
    }

    private static func canonical(_ origin: String) -> String {
        let origin = origin.lowercased()
        return origin.hasSuffix("/") ? String(origin.dropLast()) : origin
    }
}

extension HTTPHeaders {
    /// Lets a page from elsewhere see the answer.
    mutating func allow(origin: String) {
        self.replaceOrAdd(name: "Access-Control-Allow-Origin", value: origin)
        self.replaceOrAdd(name: "Access-Control-Allow-Credentials", value: "true")
        self.replaceOrAdd(name: "Vary", value: "Origin")
    }
}
