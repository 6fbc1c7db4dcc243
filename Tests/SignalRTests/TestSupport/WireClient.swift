import NIOCore
import SignalR
import Synchronization

/// A SignalR client that speaks either protocol.
final class WireClient: Sendable {
    let kind: HubProtocolKind
    let socket: HubClient
    private let messages = Mutex<[WireMessage]>([])
    private let latest = Mutex(0)

    /// How many of its messages the server has acknowledged.
    var acknowledged: Int { self.latest.withLock { $0 } }

    init(_ kind: HubProtocolKind, over socket: HubClient) {
        self.kind = kind
        self.socket = socket
    }

    /// Connects and shakes hands.
    static func connect(
        to server: TestServer, _ kind: HubProtocolKind, _ path: String = "/hub", version: Int = 1,
        headers: [String: String] = [:]
    ) async throws -> WireClient {
        let client = WireClient(kind, over: try await HubClient.upgrade(to: server, path, headers: headers))
        try await client.socket.send(#"{"protocol":"\#(kind.rawValue)","version":\#(version)}"#)
        let answer = try await client.socket.frame()
        guard answer.text == "{}\u{1E}", answer.opcode == client.opcode else {
            throw HubClient.Unexpected(found: answer.text, wanted: "{}")
        }
        return client
    }

    /// What frames of this protocol are.
    var opcode: UInt8 { self.kind == .json ? 1 : 2 }

    func send(_ messages: WireMessage...) async throws {
        try await self.socket.send(Frame(opcode: self.opcode, content: messages.flatMap { $0.bytes(in: self.kind) }))
    }

    /// The next message but pings and acknowledgements.
    func next() async throws -> WireMessage {
        while true {
            let message = try await self.any()
            switch message {
            case .ping, .ack: continue
            default: return message
            }
        }
    }

    /// The next message.
    func any() async throws -> WireMessage {
        while true {
            if let message = self.messages.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                if case .ack(let number) = message { self.latest.withLock { $0 = number } }
                return message
            }
            let frame = try await self.socket.frame()
            guard frame.opcode == self.opcode, frame.isFinal, frame.mask == nil else { throw HubClient.Closed(code: frame.code) }
            let found = try WireMessage.messages(in: frame.content, self.kind)
            self.messages.withLock { $0 += found }
        }
    }

    /// Calls a method and waits for its completion; what comes before it can be read afterwards.
    func invoke(_ method: String, _ arguments: WireValue..., id: String = "1") async throws -> WireMessage {
        try await self.send(.call(method, arguments, id: id))
        var others: [WireMessage] = []
        while true {
            let message = try await self.next()
            switch message {
            case .result(_, id), .failure(_, id), .done(id):
                self.messages.withLock { $0 = others + $0 }
                return message
            default: others.append(message)
            }
        }
    }

    /// Reads on until the server says goodbye.
    func untilClosed() async throws -> (messages: [WireMessage], code: Int?) {
        var messages: [WireMessage] = []
        do {
            while true { messages.append(try await self.next()) }
        } catch let closed as HubClient.Closed {
            return (messages, closed.code)
        }
    }

    func close() async throws {
        try await self.socket.send(.close(1000))
        _ = try? await self.untilClosed()
        await self.socket.drop()
    }
}
