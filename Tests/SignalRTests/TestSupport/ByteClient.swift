import SignalR
import Testing

/// A client that sends bytes as it likes, over any transport and in any protocol that the transport carries.
struct ByteClient: Sendable {
    /// A transport and a protocol.
    enum Way: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case webSocketsJSON, webSocketsMessagePack, serverSentEventsJSON, longPollingJSON, longPollingMessagePack

        var testDescription: String { self.rawValue }

        var kind: HubProtocolKind {
            switch self {
            case .webSocketsMessagePack, .longPollingMessagePack: .messagepack
            default: .json
            }
        }
    }

    private enum Transport: Sendable {
        case webSockets(HubClient)
        case serverSentEvents(EventsClient, sending: RequestStream)
        case longPolling(PollingClient)
    }

    let way: Way
    private let transport: Transport

    /// Negotiates and connects, and does not shake hands.
    ///
    /// - Parameter token: What it was told when it negotiated, if it has.
    static func open(
        to server: TestServer, by way: Way, _ path: String = "/hub", token: String? = nil
    ) async throws -> ByteClient {
        var token = token ?? ""
        if token.isEmpty { token = try await server.negotiate(path) }
        switch way {
        case .webSocketsJSON, .webSocketsMessagePack:
            return ByteClient(way: way, transport: .webSockets(try await HubClient.upgrade(to: server, "\(path)?id=\(token)")))
        case .serverSentEventsJSON:
            let events = try await EventsClient.open(to: server, path, token: token)
            return ByteClient(way: way, transport: .serverSentEvents(events, sending: try await .open(to: server)))
        case .longPollingJSON, .longPollingMessagePack:
            return ByteClient(way: way, transport: .longPolling(try await PollingClient.open(to: server, path, token: token)))
        }
    }

    /// Connects and shakes hands.
    static func connect(to server: TestServer, by way: Way, _ path: String = "/hub") async throws -> ByteClient {
        let client = try await Self.open(to: server, by: way, path)
        try await client.send(Array("{\"protocol\":\"\(way.kind.rawValue)\",\"version\":1}\u{1E}".utf8))
        let answer = try await client.bytes()
        guard answer == Array("{}\u{1E}".utf8) else {
            throw HubClient.Unexpected(found: String(decoding: answer, as: UTF8.self), wanted: "{}")
        }
        return client
    }

    struct Ended: Error {}

    /// Sends bytes in one frame, or one request.
    ///
    /// - Returns: The status of the request; 200 for a frame.
    @discardableResult
    func send(_ bytes: [UInt8]) async throws -> Int {
        switch self.transport {
        case .webSockets(let client):
            try await client.send(Frame(opcode: self.way.kind == .json ? 1 : 2, content: bytes))
            return 200
        case .serverSentEvents(let client, let sending): return try await sending.post(client.target, bytes).status
        case .longPolling(let client): return try await client.sending.post(client.target, bytes).status
        }
    }

    @discardableResult
    func send(_ message: WireMessage) async throws -> Int { try await self.send(message.bytes(in: self.way.kind)) }

    /// What one frame, event or poll brings.
    func bytes() async throws -> [UInt8] {
        switch self.transport {
        case .webSockets(let client):
            let frame = try await client.frame()
            guard frame.opcode < 8 else { throw Ended() }
            return frame.content
        case .serverSentEvents(let client, _): return Array(try await client.event().utf8)
        case .longPolling(let client):
            let answer = try await client.poll()
            guard answer.status == 200 else { throw Ended() }
            return answer.bytes
        }
    }

    /// Reads on until the server ends it.
    ///
    /// - Returns: The messages that came before, but pings.
    func untilEnd() async throws -> [WireMessage] {
        var bytes: [UInt8] = []
        while let more = try? await self.bytes() { bytes += more }
        return bytes.isEmpty ? [] : try WireMessage.messages(in: bytes, self.way.kind).filter { $0 != .ping }
    }

    /// The next message but pings; others that come with it are lost.
    func next() async throws -> WireMessage {
        while true {
            let bytes = try await self.bytes()
            guard !bytes.isEmpty else { continue }
            if let message = try WireMessage.messages(in: bytes, self.way.kind).first(where: { $0 != .ping }) { return message }
        }
    }

    /// Sends no more on any of its sockets, and still reads.
    func closeOutput() async {
        switch self.transport {
        case .webSockets(let client): await client.closeOutput()
        case .serverSentEvents(let client, let sending):
            await client.events.closeOutput()
            await sending.stream.closeOutput()
        case .longPolling(let client):
            await client.polls.stream.closeOutput()
            await client.sending.stream.closeOutput()
        }
    }

    /// Goes without a goodbye.
    func drop() async {
        switch self.transport {
        case .webSockets(let client): await client.drop()
        case .serverSentEvents(let client, let sending):
            await client.drop()
            await sending.stream.close()
        case .longPolling(let client): await client.drop()
        }
    }
}
