import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

@testable import GraphNotifications

/// The sign-in service: answers what it is told to, when the gate is open.
final class PlayedSignIn: GraphTransport {
    private struct State {
        var requests: [GraphRequest] = []
        var answer: GraphResponse?
        var gate: Gate?
    }

    private let state = Mutex(State())

    var requests: [GraphRequest] { self.state.withLock { $0.requests } }

    func answer(_ status: Int, _ body: String) {
        self.state.withLock { $0.answer = GraphResponse(status: status, body: ByteBuffer(string: body)) }
    }

    func hold(at gate: Gate) {
        self.state.withLock { $0.gate = gate }
    }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        let (number, gate, answer) = self.state.withLock { state in
            state.requests.append(request)
            return (state.requests.count, state.gate, state.answer)
        }
        await gate?.pass()
        if Task.isCancelled { throw GraphError(.unreachable, "cancelled") }
        let token = #"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"token\#(number)"}"#
        return answer ?? GraphResponse(status: 200, body: ByteBuffer(string: token))
    }

    /// What was sent in the form of a request.
    func form(_ index: Int) -> [String: String] {
        guard index < self.requests.count, let body = self.requests[index].body else { return [:] }
        let pairs = String(buffer: body).split(separator: "&").map { $0.split(separator: "=", omittingEmptySubsequences: false) }
        return Dictionary(pairs.map { (String($0[0]), String($0[1]).removingPercentEncoding ?? "") }) { $1 }
    }

    func service(
        tenant: String = "contoso", authority: String = "https://login.test/", now: @escaping @Sendable () -> Int64
    ) -> SignInService {
        SignInService(
            tenantID: tenant, clientID: "app", cloud: GraphCloud(authority: authority, graph: "https://graph.test/v1.0"),
            transport: self, now: now
        )
    }
}
