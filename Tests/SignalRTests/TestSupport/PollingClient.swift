import NIOCore
import Synchronization

/// A client of long polling.
final class PollingClient: TransportClient {
    let target: String
    let polls: RequestStream
    let sending: RequestStream
    private let headers: [String: String]
    private let records = Mutex<[String]>([])

    struct Ended: Error { let answer: HTTPAnswer }

    private init(target: String, polls: RequestStream, sending: RequestStream, headers: [String: String]) {
        self.target = target
        self.polls = polls
        self.sending = sending
        self.headers = headers
    }

    static func open(
        to server: TestServer, _ path: String = "/hub", token: String, headers: [String: String] = [:]
    ) async throws -> PollingClient {
        let client = PollingClient(
            target: "\(path)?id=\(token)", polls: try await .open(to: server), sending: try await .open(to: server),
            headers: headers
        )
        let answer = try await client.poll()
        guard answer.status == 200, answer.body == "" else { throw HubClient.Refused(answer: answer) }
        return client
    }

    func send(all records: [String]) async throws {
        let answer = try await self.sending.request(
            "POST", self.target, headers: self.headers, body: records.map { $0 + "\u{1E}" }.joined()
        )
        guard answer.status == 200, answer.body == "" else { throw HubClient.Refused(answer: answer) }
    }

    func poll() async throws -> HTTPAnswer { try await self.polls.request("GET", self.target, headers: self.headers) }

    func next() async throws -> String {
        while true {
            if let record = self.records.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                if record == #"{"type":6}"# { throw HubClient.Unexpected(found: record, wanted: "no pings") }
                return record
            }
            let answer = try await self.poll()
            guard answer.status == 200 else { throw Ended(answer: answer) }
            guard answer.body == "" || answer.body.hasSuffix("\u{1E}") else {
                throw HubClient.Unexpected(found: answer.body, wanted: "whole records")
            }
            self.records.withLock { $0 += answer.body.split(separator: "\u{1E}").map(String.init) }
        }
    }

    func leave() async throws {
        let answer = try await self.sending.request("DELETE", self.target, headers: self.headers)
        guard answer.status == 202, answer.body == "" else { throw HubClient.Refused(answer: answer) }
        await self.drop()
    }

    func drop() async {
        await self.polls.stream.close()
        await self.sending.stream.close()
    }
}
