import NIOCore
import NIOHTTP1
import Synchronization

@testable import GraphNotifications

/// Plays a Graph that answers GETs as it was told, by path and query behind the version.
final class PlayedDelta: GraphTransport {
    static let base = "https://graph.example.com/v1.0"

    private let answers = Mutex<[String: [GraphResponse]]>([:])
    /// What was asked for.
    let asked = Notes<String>()

    /// The next answer to a URL; the last one stays.
    func answer(_ url: String, _ response: GraphResponse) {
        self.answers.withLock { $0[url, default: []].append(response) }
    }

    /// Takes back the answers to a URL.
    func forget(_ url: String) {
        self.answers.withLock { $0[url] = nil }
    }

    /// A page of changes.
    func page(_ url: String, _ items: [String] = [], next: String? = nil, delta: String? = nil) {
        var body = #"{"value":["# + items.joined(separator: ",") + "]"
        if let next { body += #","@odata.nextLink":"\#(Self.base)/\#(next)""# }
        if let delta { body += #","@odata.deltaLink":"\#(Self.base)/\#(delta)""# }
        self.answer(url, GraphResponse(status: 200, body: ByteBuffer(string: body + "}")))
    }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        let url = request.url.hasPrefix(Self.base + "/") ? String(request.url.dropFirst(Self.base.count + 1)) : request.url
        self.asked.note(url)
        return self.answers.withLock { answers in
            guard var list = answers[url], let first = list.first else {
                return GraphResponse(status: 404, body: ByteBuffer(string: #"{"error":{"code":"NotPlayed","message":"x"}}"#))
            }
            if list.count > 1 { list.removeFirst() }
            answers[url] = list
            return first
        }
    }
}
