import AsyncHTTPClient
import GraphNotifications
import RealTimeTesting
import Synchronization

/// The way to the emulated Graph. It knows what is under way, and loses answers, as networks do.
final class ShakyTransport: GraphTransport {
    struct State: Sendable {
        /// How many requests have no answer yet.
        var underWay = 0
        /// How likely it is that a request is carried out and its answer lost.
        var lossProbability = 0.0
        var requests = 0
        var lostAnswers = 0
    }

    let state = Watched(State())
    private let chance: Chance
    private let transport = HTTPClientTransport(httpClient: .shared)

    init(_ chance: Chance) { self.chance = chance }

    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        let losesAnswer =
            self.state.change { state in
                state.underWay += 1
                state.requests += 1
                return state.lossProbability
            } > self.chance.number()
        defer { self.state.change { $0.underWay -= 1 } }
        let response = try await self.transport.send(request)
        guard losesAnswer else { return response }
        self.state.change { $0.lostAnswers += 1 }
        throw GraphError(.unreachable, "There was no answer in time.")
    }
}
