import NIOCore
import Synchronization

/// A client of Server-Sent Events.
final class EventsClient: TransportClient {
    let target: String
    let events: ByteStream
    private let sending: RequestStream
    private let headers: [String: String]
    private let records = Mutex<[String]>([])

    private init(target: String, events: ByteStream, sending: RequestStream, headers: [String: String]) {
        self.target = target
        self.events = events
        self.sending = sending
        self.headers = headers
    }

    static func open(
        to server: TestServer, _ path: String = "/hub", token: String, headers: [String: String] = [:], reads: Bool = true
    ) async throws -> EventsClient {
        let events = try await ByteStream.connect(port: server.port)
        let target = "\(path)?id=\(token)"
        var head = "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nAccept: text/event-stream\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        try await events.send(head + "\r\n")
        let client = EventsClient(
            target: target, events: events, sending: try await .open(to: server), headers: headers
        )
        // Nobody posts before the answer has come: until then there may be nothing yet to post to.
        let answer = try await events.read(HTTPAnswer.take)
        guard answer.status == 200 else { throw HubClient.Refused(answer: answer) }
        let comment = try await events.read { $0.readString(length: 3) }
        guard comment == ":\r\n" else { throw HubClient.Unexpected(found: comment, wanted: ":") }
        if !reads { try await events.stopReading() }
        return client
    }

    func send(all records: [String]) async throws {
        let answer = try await self.sending.request(
            "POST", self.target, headers: self.headers, body: records.map { $0 + "\u{1E}" }.joined()
        )
        guard answer.status == 200, answer.body == "" else { throw HubClient.Refused(answer: answer) }
    }

    /// The text of the next event.
    func event() async throws -> String {
        try await self.events.read { buffer in
            let bytes = Array(buffer.readableBytesView)
            guard let end = (0..<max(0, bytes.count - 3)).first(where: { bytes[$0..<($0 + 4)] == [13, 10, 13, 10] }) else {
                return nil
            }
            buffer.moveReaderIndex(forwardBy: end + 4)
            let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
            for line in lines where !line.hasPrefix("data: ") {
                throw HubClient.Unexpected(found: String(line), wanted: "data: ")
            }
            return lines.map { $0.dropFirst(6) }.joined(separator: "\n")
        }
    }

    func next() async throws -> String {
        while true {
            if let record = self.records.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                if record != #"{"type":6}"# { return record }
                continue
            }
            let event = try await self.event()
            guard event.hasSuffix("\u{1E}") else { throw HubClient.Unexpected(found: event, wanted: "whole records") }
            self.records.withLock { $0 += event.split(separator: "\u{1E}").map(String.init) }
        }
    }

    func leave() async throws { await self.drop() }

    func drop() async {
        await self.events.close()
        await self.sending.stream.close()
    }
}
