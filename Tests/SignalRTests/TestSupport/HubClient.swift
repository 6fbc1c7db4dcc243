import NIOCore
import Synchronization

/// A SignalR client, as bare as it can be.
final class HubClient: Sendable {
    private let stream: ByteStream
    /// Records that came with others in one frame.
    private let records = Mutex<[String]>([])

    private init(stream: ByteStream) {
        self.stream = stream
    }

    /// Connects without negotiation and shakes hands.
    static func connect(
        to server: TestServer, _ path: String = "/hub", headers: [String: String] = [:], reads: Bool = true
    ) async throws -> HubClient {
        let client = try await Self.upgrade(to: server, path, headers: headers, reads: reads)
        try await client.send(#"{"protocol":"json","version":1}"#)
        if reads { try await client.expect("{}") }
        return client
    }

    /// Becomes a WebSocket, and does not shake hands.
    static func upgrade(
        to server: TestServer, _ path: String = "/hub", headers: [String: String] = [:], reads: Bool = true
    ) async throws -> HubClient {
        let stream = try await ByteStream.connect(port: server.port, reads: reads)
        try await stream.send(Self.request(path, port: server.port, headers: headers))
        let client = HubClient(stream: stream)
        if reads {
            let answer = try await stream.read(HTTPAnswer.take)
            guard answer.status == 101 else { throw Refused(answer: answer) }
        }
        return client
    }

    struct Refused: Error { let answer: HTTPAnswer }
    struct Unexpected: Error { let found: String, wanted: String }
    struct Closed: Error { let code: Int? }

    static func request(_ path: String, port: Int, headers: [String: String] = [:]) -> String {
        var head =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return head + "\r\n"
    }

    // MARK: - Out

    func send(_ frame: Frame) async throws { try await self.stream.send(ByteBuffer(bytes: frame.bytes)) }

    func send(raw bytes: [UInt8]) async throws { try await self.stream.send(ByteBuffer(bytes: bytes)) }

    /// Sends records in one frame.
    func send(_ records: String...) async throws {
        try await self.send(.text(records.map { $0 + "\u{1E}" }.joined()))
    }

    /// Calls a method and waits for its completion; what comes before it can be read afterwards.
    ///
    /// - Returns: The completion's record.
    func invoke(_ method: String, _ arguments: String = "", id: String = "1") async throws -> String {
        try await self.send(#"{"arguments":[\#(arguments)],"invocationId":"\#(id)","target":"\#(method)","type":1}"#)
        var others: [String] = []
        while true {
            let record = try await self.next()
            if record.hasPrefix(#"{"type":3,"invocationId":"\#(id)""#) {
                self.records.withLock { $0 = others + $0 }
                return record
            }
            others.append(record)
        }
    }

    // MARK: - In

    /// The next frame of any kind.
    func frame() async throws -> Frame { try await self.stream.read(Frame.take) }

    /// The next record but pings.
    func next() async throws -> String {
        while true {
            if let record = self.records.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                if record != #"{"type":6}"# { return record }
                continue
            }
            let frame = try await self.frame()
            guard frame.opcode == 1, frame.isFinal, frame.mask == nil, frame.text.hasSuffix("\u{1E}") else {
                throw Closed(code: frame.code)
            }
            self.records.withLock { $0 += frame.text.split(separator: "\u{1E}").map(String.init) }
        }
    }

    func expect(_ wanted: String) async throws {
        let found = try await self.next()
        guard found == wanted else { throw Unexpected(found: found, wanted: wanted) }
    }

    /// Reads on until the server says goodbye.
    ///
    /// - Returns: The records that came before, and the code.
    func untilClosed() async throws -> (records: [String], code: Int?) {
        var records: [String] = []
        do {
            while true { records.append(try await self.next()) }
        } catch let closed as Closed {
            return (records, closed.code)
        }
    }

    func stopReading() async throws { try await self.stream.stopReading() }

    func startReading() async throws { try await self.stream.startReading() }

    func readToEnd() async -> ByteBuffer { await self.stream.readToEnd() }

    /// Says goodbye, and waits for the answer.
    func close() async throws {
        try await self.send(.close(1000))
        _ = try? await self.untilClosed()
        await self.stream.close()
    }

    /// Sends no more, and still reads.
    func closeOutput() async { await self.stream.closeOutput() }

    func drop() async { await self.stream.close() }

    func reset() async throws { try await self.stream.reset() }
}
