import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

@testable import GraphNotifications

/// Graph, as far as subscriptions go, without a network.
final class PlayedGraph: GraphTransport {
    struct Subscription {
        var id: String
        var resource: String
        var changeType: String
        var notificationURL: String
        var clientState: String
        var expiresAt: String
        var lifecycleURL: String?
    }

    struct Request: Equatable {
        var method: String
        var path: String
        var token: String
        var body: String
    }

    typealias Hook = @Sendable (GraphRequest) async throws(GraphError) -> GraphResponse?

    private struct State {
        var subscriptions: [String: Subscription] = [:]
        var requests: [Request] = []
        var created = 0
        var hook: Hook?
    }

    static let base = "https://graph.test/v1.0"

    private let state = Mutex(State())

    /// Everything that was asked, in order: `POST /subscriptions`.
    var asked: [String] { self.requests.map { "\($0.method) \($0.path)" } }
    var requests: [Request] { self.state.withLock { $0.requests } }
    var subscriptions: [Subscription] {
        self.state.withLock { $0.subscriptions.values.sorted { $0.id < $1.id } }
    }

    /// Asked first; what it answers is the answer.
    func onRequest(_ hook: Hook?) {
        self.state.withLock { $0.hook = hook }
    }

    func forget(_ id: String) {
        self.state.withLock { $0.subscriptions[id] = nil }
    }

    func plant(_ subscription: Subscription) {
        self.state.withLock { $0.subscriptions[subscription.id] = subscription }
    }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        let path = String(request.url.dropFirst(Self.base.count))
        let body = request.body.map { String(buffer: $0) } ?? ""
        let token = request.headers.first(name: "Authorization") ?? ""
        let hook = self.state.withLock { state in
            state.requests.append(
                Request(method: request.method.rawValue, path: path, token: token, body: body)
            )
            return state.hook
        }
        if let hook, let response = try await hook(request) { return response }
        if path == "/$batch" { return try await self.answer(batch: body, token: token) }
        return self.state.withLock { Self.answer(request.method, path, body, &$0) }
    }

    /// Each part is asked for as if it had come alone.
    private func answer(batch: String, token: String) async throws(GraphError) -> GraphResponse {
        let object = (try? JSONSerialization.jsonObject(with: Data(batch.utf8))) as? [String: [[String: Any]]]
        var responses: [String] = []
        for part in object?["requests"] ?? [] {
            let url = part["url"] as? String ?? ""
            var request = GraphRequest(
                method: HTTPMethod(rawValue: part["method"] as? String ?? ""),
                url: Self.base + (url.hasPrefix("/") ? url : "/" + url), headers: ["Authorization": token]
            )
            if let body = part["body"], let data = try? JSONSerialization.data(withJSONObject: body) {
                request.body = ByteBuffer(bytes: data)
            }
            let response = try await self.send(request)
            let body = response.body.readableBytes > 0 ? #","body":\#(String(buffer: response.body))"# : ""
            responses.append(#"{"id":"\#(part["id"] as? String ?? "")","status":\#(response.status)\#(body)}"#)
        }
        return Self.ok(200, #"{"responses":[\#(responses.joined(separator: ","))]}"#)
    }

    private static func answer(_ method: HTTPMethod, _ path: String, _ body: String, _ state: inout State) -> GraphResponse {
        let id = String(path.dropFirst("/subscriptions/".count))
        let members = (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        let fields = members.compactMapValues { $0 as? String }
        switch (method, path) {
        case (.POST, "/subscriptions"):
            state.created += 1
            let subscription = Subscription(
                id: "s\(state.created)", resource: fields["resource"] ?? "", changeType: fields["changeType"] ?? "",
                notificationURL: fields["notificationUrl"] ?? "", clientState: fields["clientState"] ?? "",
                expiresAt: fields["expirationDateTime"] ?? "", lifecycleURL: fields["lifecycleNotificationUrl"]
            )
            state.subscriptions[subscription.id] = subscription
            return Self.ok(201, Self.json(subscription))
        case (.POST, _) where path.hasSuffix("/reauthorize"):
            let isKnown = state.subscriptions[String(id.dropLast("/reauthorize".count))] != nil
            return isKnown ? GraphResponse(status: 204) : Self.notFound
        case (.GET, "/subscriptions"):
            let all = state.subscriptions.values.sorted { $0.id < $1.id }.map { Self.json($0) }.joined(separator: ",")
            return Self.ok(200, #"{"value":[\#(all)]}"#)
        case (.GET, _):
            return state.subscriptions[id].map { Self.ok(200, Self.json($0, withSecret: true)) } ?? Self.notFound
        case (.PATCH, _):
            guard var subscription = state.subscriptions[id] else { return Self.notFound }
            subscription.expiresAt = fields["expirationDateTime"] ?? ""
            if let url = fields["notificationUrl"] { subscription.notificationURL = url }
            state.subscriptions[id] = subscription
            return Self.ok(200, Self.json(subscription))
        case (.DELETE, _):
            guard state.subscriptions.removeValue(forKey: id) != nil else { return Self.notFound }
            return GraphResponse(status: 204)
        default: return Self.error(405, "MethodNotAllowed", "No.")
        }
    }

    static let notFound = error(404, "ResourceNotFound", "The object was not found.")

    static func error(_ status: Int, _ code: String, _ message: String, retryAfter: String? = nil) -> GraphResponse {
        var response = ok(status, #"{"error":{"code":"\#(code)","message":"\#(message)","innerError":{"date":"x"}}}"#)
        if let retryAfter { response.headers.add(name: "Retry-After", value: retryAfter) }
        return response
    }

    static func ok(_ status: Int, _ body: String) -> GraphResponse {
        GraphResponse(status: status, body: ByteBuffer(string: body))
    }

    private static func json(_ subscription: Subscription, withSecret: Bool = false) -> String {
        let state = withSecret ? #""\#(subscription.clientState)""# : "null"
        let lifecycleURL = subscription.lifecycleURL.map { #""\#($0)""# } ?? "null"
        return """
            {"@odata.context":"x","id":"\(subscription.id)","resource":"\(subscription.resource)",\
            "changeType":"\(subscription.changeType)","clientState":\(state),"notificationUrl":"\(subscription.notificationURL)",\
            "lifecycleNotificationUrl":\(lifecycleURL),"expirationDateTime":"\(subscription.expiresAt)","includeResourceData":null}
            """
    }
}

/// Gives a token that counts how often one was refused, and remembers what it was asked for.
final class CountingCredential: GraphCredential {
    private let count = Mutex(1)
    let demands = Notes<TokenDemand>()

    func token(for demand: TokenDemand) async throws(GraphError) -> AccessToken {
        self.demands.note(demand)
        let count = self.count.withLock { count in
            if demand.refused?.value == "token\(count)" { count += 1 }
            return count
        }
        return AccessToken("token\(count)", expiresAt: .max)
    }
}

extension GraphClient {
    /// A client that tries once, unless it is told otherwise.
    init(
        _ graph: any GraphTransport, baseURL: String = PlayedGraph.base, credential: any GraphCredential = CountingCredential(),
        tenantID: String = "contoso", traffic: GraphTraffic? = nil, failures: FailurePolicy = .once,
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Int64 = { ManualTime.start },
        newID: @escaping @Sendable () -> String = { "ours" }, logger: Logger = Logger(label: "test")
    ) {
        self.init(
            baseURL: baseURL, credential: credential, transport: graph, tenantID: tenantID,
            traffic: traffic ?? GraphTraffic(clock: clock, random: { 1 }), failures: failures, clock: clock, now: now,
            random: { 1 }, newID: newID, metrics: GraphClientMetrics(), logger: logger
        )
    }
}
