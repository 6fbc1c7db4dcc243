public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The identity that Azure gives to a machine: nothing secret is kept anywhere.
///
/// Azure keeps such tokens for up to a day, so that permissions granted meanwhile come late, and a token that Graph refused
/// may be given again. A token that lives for hours is replaced after half of its life.
public final class ManagedIdentityCredential: GraphCredential {
    private static let probeTimeout = Duration.seconds(2)
    /// The metadata service may be away for 70 s while it is updated.
    private static let attempts = 7
    private static let backoff = Backoff(base: .seconds(2), maximum: .seconds(30))

    private let identity: ManagedIdentity
    private let host: ManagedIdentityHost
    private let resource: String
    private let arcDirectory: String
    private let transport: any GraphTransport
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Int64
    private let random: @Sendable () -> Double
    private let isHostKnown = Mutex(false)
    private let cache: TokenCache

    /// - Parameters:
    ///   - identity: Which of the machine's identities is meant.
    ///   - host: What kind of machine it is; what the environment says if it is not given.
    ///   - cloud: What the token is for.
    ///   - httpClient: What asks. It must not go through a proxy.
    ///   - clock: What it waits by between attempts.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public convenience init(
        identity: ManagedIdentity = .systemAssigned, host: ManagedIdentityHost? = nil, cloud: GraphCloud = .global,
        httpClient: HTTPClient, clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil
    ) {
        self.init(
            identity: identity, host: host ?? ManagedIdentityHost(environment: ProcessInfo.processInfo.environment),
            resource: cloud.graph, arcDirectory: ArcChallenge.directory,
            transport: HTTPClientTransport(httpClient: httpClient), clock: clock, now: now ?? WallClock.now,
            random: { .random(in: 0..<1) }
        )
    }

    init(
        identity: ManagedIdentity, host: ManagedIdentityHost, resource: String, arcDirectory: String,
        transport: any GraphTransport, clock: any Clock<Duration>, now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double
    ) {
        self.identity = identity
        self.host = host
        self.resource = resource
        self.arcDirectory = arcDirectory
        self.transport = transport
        self.clock = clock
        self.now = now
        self.random = random
        self.cache = TokenCache(now: now)
    }

    public func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        try await self.cache.token(for: demand) { () async throws(GraphError) in try await self.fetch() }
    }

    private func fetch() async throws(GraphError) -> AccessToken {
        let request = try self.host.request(for: self.identity, resource: self.resource)
        try await self.probe()
        let asked = self.now()
        var response = try await self.ask(request)
        if case .arc = self.host.kind, response.status == 401 {
            let file = try ArcChallenge.file(in: response.headers, directory: self.arcDirectory)
            let secret = try SmallFile.text(at: file, upTo: ArcChallenge.largestFile)
            var answer = request
            answer.headers.add(name: "Authorization", value: "Basic \(secret)")
            response = try await self.ask(answer)
        }
        let answer = SignInAnswer(response.body)
        guard response.status == 200 else { throw self.error(response, answer) }
        guard let token = answer.token(asked: asked, halfLife: true) else {
            throw GraphError(.serviceFailed, "The machine's identity service answered without a token.", status: 200)
        }
        return token
    }

    /// Finds out quickly whether this is an Azure machine at all; elsewhere nobody would ever answer.
    private func probe() async throws(GraphError) {
        guard case .instanceMetadata(let endpoint) = self.host.kind, !self.isHostKnown.withLock({ $0 }) else { return }
        // Without the header `Metadata` it is refused at once.
        let url = "\(endpoint)/metadata/identity/oauth2/token"
        do throws(GraphError) {
            _ = try await self.transport.send(GraphRequest(method: .GET, url: url, timeout: Self.probeTimeout))
        } catch {
            throw GraphError(
                .unreachable,
                "This machine has no managed identity: nobody answers at \(WebOrigin(endpoint)?.description ?? "its address"). "
                    + "Use another credential outside of Azure.",
                cause: error
            )
        }
        self.isHostKnown.withLock { $0 = true }
    }

    /// Asks, again and again as long as the service says that it is not ready.
    private func ask(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        for attempt in 1... {
            let response = try await self.transport.send(request)
            let isPassing = [404, 410, 429].contains(response.status) || response.status >= 500
            guard isPassing, attempt < Self.attempts else { return response }
            let delay = Self.backoff.delay(afterFailures: attempt, random: self.random())
            do {
                try await self.clock.sleep(for: max(delay, GraphError.retryAfter(response.headers, now: self.now()) ?? .zero))
            } catch {
                throw GraphError(.unreachable, "Waiting for the machine's identity service was cancelled.", cause: error)
            }
        }
        preconditionFailure("The loop above has no end")
    }

    private func error(_ response: GraphResponse, _ answer: SignInAnswer) -> GraphError {
        let (code, message): (GraphError.Code, String) =
            switch response.status {
            case 400 where answer.error == "invalid_request" || answer.error == nil:
                (.credentialRefused, "This machine does not have that managed identity: assign it, or name another one.")
            case 429: (.throttled, "The machine's identity service asks to wait.")
            case 404, 410, 500...:
                (.serviceFailed, "The machine's identity service failed with \(response.status).")
            default:
                (
                    .credentialRefused,
                    "The machine's identity service refused: \(answer.reason ?? "it answered \(response.status)")."
                )
            }
        return GraphError(
            code, message, status: response.status, graphCode: answer.error,
            retryAfter: GraphError.retryAfter(response.headers, now: self.now())
        )
    }
}
