public import AsyncHTTPClient
import Synchronization

/// Signs a person in to a tool without a browser of its own: the person types a code into a page, elsewhere.
///
/// What the token may do is what both the person and the application may do. It is renewed without asking again as long as the
/// process lives and the tenant allows.
public final class DeviceCodeCredential: GraphCredential {
    private static let grant = "urn:ietf:params:oauth:grant-type:device_code"

    private let service: SignInService
    private let scope: String
    private let clock: any Clock<Duration>
    private let prompt: @Sendable (DeviceCode) async -> Void
    private let refreshToken = Mutex<String?>(nil)
    private let cache: TokenCache

    /// - Parameters:
    ///   - tenantID: The tenant's id or one of its domains; `organizations` for any.
    ///   - clientID: The application's id. Its registration must allow public client flows.
    ///   - permissions: What is asked for, for example `Mail.Read`; everything that was granted if it is empty.
    ///   - cloud: Where the person signs in, and what the token is for.
    ///   - httpClient: What asks.
    ///   - clock: What it waits by between two questions.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - prompt: Shows the person what to do.
    public convenience init(
        tenantID: String, clientID: String, permissions: [String] = [], cloud: GraphCloud = .global,
        httpClient: HTTPClient, clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil,
        prompt: @escaping @Sendable (DeviceCode) async -> Void
    ) {
        let service = SignInService(
            tenantID: tenantID, clientID: clientID, cloud: cloud, transport: HTTPClientTransport(httpClient: httpClient),
            now: now ?? WallClock.now
        )
        self.init(service, permissions: permissions, clock: clock, prompt: prompt)
    }

    init(
        _ service: SignInService, permissions: [String], clock: any Clock<Duration>,
        prompt: @escaping @Sendable (DeviceCode) async -> Void
    ) {
        self.service = service
        let scopes = permissions.map { $0.contains("://") ? $0 : "\(service.cloud.graph)/\($0)" }
        // The last one brings the token with which the access token is renewed.
        self.scope = ((scopes.isEmpty ? [service.cloud.defaultScope] : scopes) + ["offline_access"]).joined(separator: " ")
        self.clock = clock
        self.prompt = prompt
        self.cache = TokenCache(now: service.now)
    }

    public func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        var demand = demand
        // Nobody is asked to sign in again only because a token is not the newest.
        if self.refreshToken.withLock({ $0 == nil }) { demand.minimumLifetime = .zero }
        return try await self.cache.token(for: demand) { [demand] () async throws(GraphError) in
            if let token = try await self.refresh(demand) { return token }
            return try await self.signIn(demand)
        }
    }

    /// Renews without the person.
    ///
    /// - Returns: `nil` if that cannot be done any more.
    private func refresh(_ demand: TokenDemand) async throws(GraphError) -> AccessToken? {
        guard let refreshToken = self.refreshToken.withLock({ $0 }) else { return nil }
        let asked = self.service.now()
        let (response, answer) = try await self.service.post(
            self.claims(demand) + [("grant_type", "refresh_token"), ("refresh_token", refreshToken), ("scope", self.scope)]
        )
        switch (response.status, answer.error) {
        case (200, _): return try self.keep(answer, asked: asked)
        case (_, "invalid_grant"), (_, "interaction_required"):
            self.refreshToken.withLock { $0 = nil }
            return nil
        default: throw self.service.error(response, answer)
        }
    }

    private func signIn(_ demand: TokenDemand) async throws(GraphError) -> AccessToken {
        let (response, refusal) = try await self.service.post(
            self.claims(demand) + [("scope", self.scope)], to: "devicecode"
        )
        guard response.status == 200 else { throw self.service.error(response, refusal) }
        guard let code = DeviceCode(response.body, now: self.service.now()) else {
            throw GraphError(.serviceFailed, "The sign-in service answered without a code.", status: 200)
        }
        await self.prompt(code)
        return try await self.poll(code)
    }

    /// Asks until the person is done.
    private func poll(_ code: DeviceCode) async throws(GraphError) -> AccessToken {
        var interval = code.interval
        while self.service.now() < code.expiresAt {
            do {
                try await self.clock.sleep(for: interval)
            } catch {
                throw GraphError(.unreachable, "Waiting for somebody to sign in was cancelled.", cause: error)
            }
            let asked = self.service.now()
            let response: GraphResponse
            let answer: SignInAnswer
            do throws(GraphError) {
                (response, answer) = try await self.service.post([("grant_type", Self.grant), ("device_code", code.deviceCode)])
            } catch {
                guard error.isRetryable, !Task.isCancelled else { throw error }
                interval += .seconds(5)
                continue
            }
            switch (response.status, answer.error) {
            case (200, _): return try self.keep(answer, asked: asked)
            case (_, "authorization_pending"): break
            case (_, "slow_down"), (429, _), (500..., _): interval += .seconds(5)
            case (_, "authorization_declined"), (_, "access_denied"):
                throw GraphError(.credentialRefused, "Signing in was declined.", status: response.status, graphCode: answer.error)
            case (_, "expired_token"): throw Self.expired
            default: throw self.service.error(response, answer)
            }
        }
        throw Self.expired
    }

    private func keep(_ answer: SignInAnswer, asked: Int64) throws(GraphError) -> AccessToken {
        if let refreshToken = answer.refreshToken { self.refreshToken.withLock { $0 = refreshToken } }
        return try self.service.token(answer, asked: asked)
    }

    private func claims(_ demand: TokenDemand) -> [(String, String)] {
        demand.claims.map { [("claims", $0)] } ?? []
    }

    private static let expired = GraphError(
        .credentialRefused, "Nobody signed in before the code expired: start again for a new one."
    )
}
