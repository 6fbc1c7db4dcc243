import GraphRelay
import Logging
import SignalR
import SignalRAuthentication

/// Who may follow updates, and which.
struct ClientAccess: Sendable {
    /// Why a caller may follow nothing.
    enum Refused: Error, Equatable {
        /// The token is missing or wrong.
        case token
        /// The token is good, and lacks a scope that is needed.
        case scope
        /// It asked for another server than this.
        case host
        /// Nobody can tell at the moment: the keys of the issuer cannot be had.
        case unavailable
    }

    private enum SignIn {
        case none
        case token(Secret)
        case jwt(JWTAuthenticator)
    }

    private static let roleClaim = "role"
    private static let administratorRole = "administrator"

    private let signIn: SignIn
    private let adminToken: AdminToken
    private let hosts: TrustedHosts
    /// Which topics a caller may follow.
    let policy: TopicPolicy

    /// - Parameters:
    ///   - authentication: How clients sign in.
    ///   - topics: What a client that signed in may follow; one that ends in `*` stands for all that begin so.
    ///   - hosts: The names of the server, where clients do not sign in.
    ///   - adminToken: Opens everything.
    ///   - logger: For keys of an issuer that cannot be had.
    init(
        authentication: ServerSettings.ClientAuthentication, topics: [String], hosts: TrustedHosts, adminToken: AdminToken,
        logger: Logger
    ) throws(JWTAuthenticationError) {
        self.adminToken = adminToken
        self.hosts = hosts
        switch authentication {
        case .none:
            self.signIn = .none
            self.policy = .open
            return
        case .token(let secret): self.signIn = .token(secret)
        case .jwt(let configuration): self.signIn = .jwt(try JWTAuthenticator(configuration, logger: logger))
        }
        self.policy = .signedIn(
            rules: [TopicPolicy.Rule(topics: topics)],
            isAdministrator: { $0.claims[Self.roleClaim] == Self.administratorRole }
        )
    }

    private var isSignInNeeded: Bool {
        if case .none = self.signIn { return false }
        return true
    }

    /// The user behind a plain request.
    ///
    /// - Parameters:
    ///   - candidate: The token it presents.
    ///   - host: Which server it asked for.
    /// - Returns: `nil` where nobody signs in.
    func user(presenting candidate: String?, host: String?) async throws(Refused) -> HubUser? {
        guard self.isSignInNeeded else {
            guard self.hosts.allows(host) else { throw .host }
            return nil
        }
        guard let candidate else { throw .token }
        if self.adminToken.matches(candidate) {
            return HubUser(id: Self.administratorRole, claims: [Self.roleClaim: Self.administratorRole])
        }
        switch self.signIn {
        case .token(let secret) where secret.matches(candidate): return HubUser(id: "client")
        case .jwt(let authenticator): return try await Self.user(presenting: candidate, to: authenticator)
        default: throw .token
        }
    }

    private static func user(
        presenting token: String, to authenticator: JWTAuthenticator
    ) async throws(Refused) -> HubUser {
        do throws(JWTAuthenticationError) {
            var user = try await authenticator.user(presenting: token)
            // Whatever the issuer calls an administrator, ours has the admin token.
            user.claims[Self.roleClaim] = nil
            return user
        } catch {
            switch error.code {
            case .keysUnavailable: throw .unavailable
            case .missingClaim: throw .scope
            default: throw .token
            }
        }
    }

    /// The user behind a connection to the hub.
    func user(of request: HubRequest) async throws(Refused) -> HubUser? {
        // Browsers always say where a WebSocket comes from. Others may call the server what they like.
        let isBrowser = request.header("Origin") != nil
        if !self.isSignInNeeded, !isBrowser { return nil }
        return try await self.user(presenting: request.bearerToken, host: request.header("Host"))
    }

    /// The user behind a connection to the hub, or an error that the hub understands.
    func hubUser(of request: HubRequest) async throws -> HubUser? {
        do throws(Refused) {
            return try await self.user(of: request)
        } catch {
            throw error == .scope ? HubAuthorizationError() : error
        }
    }
}
