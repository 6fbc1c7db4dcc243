public import AsyncHTTPClient
import JSONBytes
import NIOCore
import NIOHTTP1

/// The five things one can do with Graph's subscriptions.
///
/// Each call asks once; only a refused token is replaced and tried again. Whether to try again is up to the caller, see
/// ``GraphError/isRetryable`` and ``GraphError/retryAfter``.
public struct GraphClient: Sendable {
    /// How long Graph may take. It reaches out to the notification URLs, with up to 10 s each, before it answers a create.
    private static let creationTimeout = Duration.seconds(60)
    private static let timeout = Duration.seconds(30)
    /// How many pages of a list are read.
    static let maximumPages = 500

    private let baseURL: String
    private let credential: any GraphCredential
    private let transport: any GraphTransport
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - baseURL: Graph's address with its version. It must be `https`, except on this machine.
    ///   - credential: Where access tokens come from.
    ///   - httpClient: What asks.
    public init(
        baseURL: String = "https://graph.microsoft.com/v1.0", credential: any GraphCredential, httpClient: HTTPClient
    ) {
        self.init(
            baseURL: baseURL, credential: credential, transport: HTTPClientTransport(httpClient: httpClient),
            now: WallClock.now
        )
    }

    init(
        baseURL: String, credential: any GraphCredential, transport: any GraphTransport,
        now: @escaping @Sendable () -> Int64
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.credential = credential
        self.transport = transport
        self.now = now
    }

    /// Creates a subscription. Graph calls its notification URL, and may even deliver to it, before this returns.
    ///
    /// - Throws: ``GraphError/Code/validationFailed`` if Graph could not reach the URL, ``GraphError/Code/alreadyExists``,
    ///   ``GraphError/Code/requestRefused`` and the like. After ``GraphError/Code/unreachable`` or
    ///   ``GraphError/Code/serviceFailed`` it may exist all the same.
    public func createSubscription(_ draft: SubscriptionDraft) async throws(GraphError) -> GraphSubscription {
        let action = "create the subscription"
        let response = try await self.perform(
            .POST, "\(self.baseURL)/subscriptions", body: draft.json, timeout: Self.creationTimeout, to: action
        )
        return try self.subscription(in: response, to: action)
    }

    /// The subscription with this id.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired.
    public func subscription(id: String) async throws(GraphError) -> GraphSubscription {
        let action = "show the subscription"
        return try self.subscription(in: try await self.perform(.GET, self.url(of: id), to: action), to: action)
    }

    /// All subscriptions that the credential may see. Graph allows few of these calls: 25 in 20 s.
    public func subscriptions() async throws(GraphError) -> [GraphSubscription] {
        let action = "list the subscriptions"
        var result: [GraphSubscription] = []
        var url: String? = "\(self.baseURL)/subscriptions"
        var pages = 0
        while let page = url {
            guard WebOrigin(page) == WebOrigin(self.baseURL) else {
                throw GraphError(.requestRefused, "Graph's list of subscriptions goes on at another host; it was not followed.")
            }
            pages += 1
            guard pages <= Self.maximumPages else {
                throw GraphError(.requestRefused, "Graph's list of subscriptions has more than \(Self.maximumPages) pages.")
            }
            let response = try await self.perform(.GET, page, to: action)
            url = try self.read(response, to: action) { reader throws(JSONError) in
                try Self.readPage(from: &reader, into: &result)
            }
        }
        return result
    }

    /// Lets a subscription live until another moment, in milliseconds since 1970. It also authorizes it anew.
    ///
    /// - Returns: The subscription with the expiry that Graph chose.
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired.
    public func renewSubscription(id: String, until expiresAt: Int64) async throws(GraphError) -> GraphSubscription {
        let action = "renew the subscription"
        let body = ByteBuffer(jsonObject: [("expirationDateTime", GraphTime.iso8601(expiresAt))])
        let response = try await self.perform(
            .PATCH, self.url(of: id), body: body, timeout: Self.creationTimeout, to: action
        )
        return try self.subscription(in: response, to: action)
    }

    /// Deletes a subscription; one that is not there counts as deleted. What was on its way may still arrive.
    public func deleteSubscription(id: String) async throws(GraphError) {
        do throws(GraphError) {
            _ = try await self.perform(.DELETE, self.url(of: id), to: "delete the subscription")
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    // MARK: - One exchange

    private func url(of id: String) -> String { "\(self.baseURL)/subscriptions/\(id.percentEncoded)" }

    private func perform(
        _ method: HTTPMethod, _ url: String, body: ByteBuffer? = nil, timeout: Duration = Self.timeout,
        to action: String
    ) async throws(GraphError) -> GraphResponse {
        guard let origin = WebOrigin(self.baseURL), origin.isConfidential else {
            throw GraphError(
                .invalidDeclaration, "An access token is sent over https only: give Graph's address as https://…"
            )
        }
        var request = GraphRequest(method: method, url: url, body: body, timeout: timeout)
        request.headers.add(name: "Accept", value: "application/json")
        if body != nil { request.headers.add(name: "Content-Type", value: "application/json") }
        var response = try await self.send(request, forceRefresh: false)
        if response.status == 401 { response = try await self.send(request, forceRefresh: true) }
        guard (200..<300).contains(response.status) else { throw GraphError(response, to: action, now: self.now()) }
        return response
    }

    private func send(_ request: GraphRequest, forceRefresh: Bool) async throws(GraphError) -> GraphResponse {
        var request = request
        let token = try await self.credential.token(forceRefresh: forceRefresh)
        request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token.value)")
        return try await self.transport.send(request)
    }

    private func subscription(in response: GraphResponse, to action: String) throws(GraphError) -> GraphSubscription {
        let subscription = try self.read(response, to: action) { reader throws(JSONError) in
            try GraphSubscription.read(from: &reader)
        }
        guard let subscription else { throw self.unreadable(response, to: action) }
        return subscription
    }

    private func read<Value>(
        _ response: GraphResponse, to action: String, _ read: (inout JSONReader) throws(JSONError) -> Value
    ) throws(GraphError) -> Value {
        do {
            return try response.body.withUnsafeReadableBytes { bytes in
                var reader = JSONReader(bytes)
                let value = try read(&reader)
                try reader.finish()
                return value
            }
        } catch {
            throw self.unreadable(response, to: action)
        }
    }

    /// It may have done what it was asked to; nobody can tell.
    private func unreadable(_ response: GraphResponse, to action: String) -> GraphError {
        GraphError(
            .serviceFailed, "Graph's answer could not be read when it was asked to \(action).", status: response.status
        )
    }

    /// - Returns: Where the list goes on.
    private static func readPage(
        from reader: inout JSONReader, into result: inout [GraphSubscription]
    ) throws(JSONError) -> String? {
        var next: String?
        var page: [GraphSubscription] = []
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "value" where try reader.peek() == .array:
                try reader.readArray { reader throws(JSONError) in
                    if let subscription = try GraphSubscription.read(from: &reader) { page.append(subscription) }
                }
            case "@odata.nextLink": next = try reader.readStringIfPresent()
            default: try reader.skip()
            }
        }
        result += page
        return next
    }
}
