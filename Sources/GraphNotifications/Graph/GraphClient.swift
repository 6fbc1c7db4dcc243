public import AsyncHTTPClient
public import Logging
import NIOCore
public import NIOHTTP1

/// Microsoft Graph, as one application in one tenant sees it: its subscriptions, and anything that can be read.
///
/// What fails and may pass is tried again a few times, as ``FailurePolicy`` says; a create that may have worked is not. A token
/// that Graph refuses is replaced once. Requests are paced under Graph's limits by ``GraphTraffic``. Each request carries an
/// id, which is in the error and in the log with Graph's own.
public struct GraphClient: Sendable {
    let baseURL: String
    let credential: any GraphCredential
    let transport: any GraphTransport
    let tenantID: String
    let traffic: GraphTraffic
    var failures: FailurePolicy
    let clock: any Clock<Duration>
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double
    let newID: @Sendable () -> String
    let metrics: GraphClientMetrics
    let logger: Logger

    /// - Parameters:
    ///   - baseURL: Graph's address with its version, see ``GraphCloud/baseURL``. It must be `https`, except on this machine.
    ///   - credential: Where access tokens come from.
    ///   - httpClient: What asks.
    ///   - tenantID: Whose data it is: requests of one tenant are paced together. Any name will do.
    ///   - traffic: What paces the requests; clients of the same application share it. Its own if it is not given.
    ///   - failures: What is tried again.
    ///   - clock: What it waits by.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    ///   - random: Numbers from 0 up to 1.
    ///   - newID: Names requests; random UUIDs if it is not given.
    ///   - metrics: What is counted.
    ///   - logger: Where decisions are written, in `debug`; what it leaves alone for a while in `notice`.
    public init(
        baseURL: String = GraphCloud.global.baseURL, credential: any GraphCredential, httpClient: HTTPClient,
        tenantID: String = "", traffic: GraphTraffic? = nil, failures: FailurePolicy = .init(),
        clock: any Clock<Duration> = ContinuousClock(), now: (@Sendable () -> Int64)? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }, newID: (@Sendable () -> String)? = nil,
        metrics: GraphClientMetrics = .init(), logger: Logger = Logger(label: "GraphNotifications")
    ) {
        self.init(
            baseURL: baseURL, credential: credential, transport: HTTPClientTransport(httpClient: httpClient),
            tenantID: tenantID, traffic: traffic ?? GraphTraffic(clock: clock, random: random), failures: failures,
            clock: clock, now: now ?? WallClock.now, random: random, newID: newID ?? RequestID.random, metrics: metrics,
            logger: logger
        )
    }

    package init(
        baseURL: String, credential: any GraphCredential, transport: any GraphTransport, tenantID: String,
        traffic: GraphTraffic, failures: FailurePolicy, clock: any Clock<Duration>, now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double, newID: @escaping @Sendable () -> String, metrics: GraphClientMetrics,
        logger: Logger
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.credential = credential
        self.transport = transport
        self.tenantID = tenantID
        self.traffic = traffic
        self.failures = failures
        self.clock = clock
        self.now = now
        self.random = random
        self.newID = newID
        self.metrics = metrics
        self.logger = logger
    }

    /// The same client with another policy, for one who has his own way to try again.
    public func with(failures: FailurePolicy) -> GraphClient {
        var client = self
        client.failures = failures
        return client
    }

    /// Reads something.
    ///
    /// - Parameters:
    ///   - path: Relative to Graph's version, or a whole URL that Graph gave; it must be of the same host.
    ///   - query: Added to the path, encoded.
    ///   - headers: For example `Prefer`.
    /// - Returns: A successful answer, of up to 4 MiB.
    /// - Throws: ``GraphError/Code/notFound`` and the like.
    public func get(
        _ path: String, query: [(String, String)] = [], headers: HTTPHeaders = [:]
    ) async throws(GraphError) -> GraphResponse {
        let url = try self.url(path, query: query)
        return try await self.perform(
            GraphCall(.GET, url, path: self.relative(url), headers: headers, to: "read what was asked for")
        )
    }

    // MARK: - URLs

    /// The URL of a path under Graph's version.
    func url(_ path: String, query: [(String, String)] = []) throws(GraphError) -> String {
        let isWhole = path.contains("://")
        if isWhole, WebOrigin(path) != WebOrigin(self.baseURL) {
            throw GraphError(.requestRefused, "What was to be read is at another host than Graph; it was not followed.")
        }
        let url = isWhole ? path : "\(self.baseURL)/\(path.hasPrefix("/") ? path.dropFirst() : path[...])"
        guard !query.isEmpty else { return url }
        let fields = query.map { name, value in
            (name.hasPrefix("$") ? "$\(String(name.dropFirst()).percentEncoded)" : name.percentEncoded)
                + "=\(value.percentEncoded)"
        }
        return url + (url.contains("?") ? "&" : "?") + fields.joined(separator: "&")
    }

    /// What comes behind Graph's version.
    func relative(_ url: String) -> String {
        url.hasPrefix(self.baseURL) ? String(url.dropFirst(self.baseURL.count)) : url
    }
}
