import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

@testable import GraphNotifications

/// Graph, as far as batches go: takes each apart, asks a closure about each part, and answers in the reverse order.
final class PlayedBatches: GraphTransport {
    struct Part: Sendable {
        var id: String
        var method: String
        var url: String
        var dependsOn: [String]
        var body: String
        /// How often this one came before.
        var earlier: Int
    }

    typealias Answer = (status: Int, headers: String, body: String)

    private struct State {
        var seen: [String: Int] = [:]
        var sizes: [Int] = []
        var parts: [Part] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Part) -> Answer?

    /// - Parameter answer: What is answered; nothing at all where it gives `nil`.
    init(_ answer: @escaping @Sendable (Part) -> Answer?) {
        self.answer = answer
    }

    /// How many parts each batch had.
    var sizes: [Int] { self.state.withLock { $0.sizes } }
    var parts: [Part] { self.state.withLock { $0.parts } }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        guard request.method == .POST, request.url == "\(PlayedGraph.base)/$batch", let body = request.body,
            let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: [[String: Any]]],
            let requests = object["requests"], (1...20).contains(requests.count)
        else { return PlayedGraph.error(400, "BadRequest", "Not a batch.") }
        let parts = self.state.withLock { state in
            state.sizes.append(requests.count)
            let parts = requests.map { request in
                let url = request["url"] as? String ?? ""
                defer { state.seen[url, default: 0] += 1 }
                let json = request["body"].flatMap { try? JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }
                return Part(
                    id: request["id"] as? String ?? "", method: request["method"] as? String ?? "", url: url,
                    dependsOn: request["dependsOn"] as? [String] ?? [],
                    body: json.map { String(decoding: $0, as: UTF8.self) } ?? "", earlier: state.seen[url, default: 0]
                )
            }
            state.parts += parts
            return parts
        }
        var failed: Set<String> = []
        var responses: [String] = []
        for part in parts {
            let answer = failed.isDisjoint(with: part.dependsOn) ? self.answer(part) : (424, "{}", #"{"error":{"code":"x"}}"#)
            guard let answer else { continue }
            if answer.status >= 400 { failed.insert(part.id) }
            let body = answer.body.isEmpty ? "" : #","body":\#(answer.body)"#
            responses.insert(#"{"id":"\#(part.id)","status":\#(answer.status),"headers":\#(answer.headers)\#(body)}"#, at: 0)
        }
        return PlayedGraph.ok(200, #"{"responses":[\#(responses.joined(separator: ","))]}"#)
    }
}
