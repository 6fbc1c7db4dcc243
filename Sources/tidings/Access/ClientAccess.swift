import GraphRelay
import SignalR

/// Who may follow updates, and which.
struct ClientAccess: Sendable {
    /// Why a caller may follow nothing.
    enum Refused: Error, Equatable {
        /// The token is missing or wrong.
        case token
        /// It asked for another server than this.
        case host
    }

    private static let roleClaim = "role"
    private static let administratorRole = "administrator"

    private let token: Secret?
    private let adminToken: AdminToken
    private let hosts: TrustedHosts
    /// Which topics a caller may follow.
    let policy: TopicPolicy

    /// - Parameters:
    ///   - authentication: How clients sign in.
    ///   - topics: What a client that signed in may follow; one that ends in `*` stands for all that begin so.
    ///   - hosts: The names of the server, where clients do not sign in.
    ///   - adminToken: Opens everything.
    init(
        authentication: ServerSettings.ClientAuthentication, topics: [String], hosts: TrustedHosts, adminToken: AdminToken
    ) {
        self.adminToken = adminToken
        self.hosts = hosts
        switch authentication {
        case .none:
            self.token = nil
            self.policy = .open
        case .token(let secret):
            self.token = secret
            self.policy = .signedIn(
                rules: [TopicPolicy.Rule(topics: topics)],
                isAdministrator: { $0.claims[Self.roleClaim] == Self.administratorRole }
            )
        }
    }

    /// The user behind a plain request.
    ///
    /// - Parameters:
    ///   - candidate: The token it presents.
    ///   - host: Which server it asked for.
    /// - Returns: `nil` where nobody signs in.
    func user(presenting candidate: String?, host: String?) throws(Refused) -> HubUser? {
        guard let token = self.token else {
            guard self.hosts.allows(host) else { throw .host }
            return nil
        }
        guard let candidate else { throw .token }
        if token.matches(candidate) { return HubUser(id: "client") }
        if self.adminToken.matches(candidate) {
            return HubUser(id: Self.administratorRole, claims: [Self.roleClaim: Self.administratorRole])
        }
        throw .token
    }

    /// The user behind a connection to the hub.
    func user(of request: HubRequest) throws(Refused) -> HubUser? {
        // Browsers always say where a WebSocket comes from. Others may call the server what they like.
        let isBrowser = request.header("Origin") != nil
        if self.token == nil, !isBrowser { return nil }
        return try self.user(presenting: request.bearerToken, host: request.header("Host"))
    }
}
