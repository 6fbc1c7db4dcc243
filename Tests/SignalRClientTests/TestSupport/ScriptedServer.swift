import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import RealTimeTesting
import SignalRProtocol

/// A WebSocket server that says what a test wants, connection by connection. When a script ends, the TCP connection is cut.
///
/// Whoever negotiates is offered stateful reconnect.
struct ScriptedServer {
    typealias WebSocket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// Runs `body` with the port of a server whose connections each follow `script`, which is told how many there were before.
    static func run<Value: Sendable>(
        tls: NIOSSLContext? = nil,
        _ script: @escaping @Sendable (inout ScriptedConnection, Int) async throws -> Void,
        _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Self.configure(channel, tls: tls) }
            }
        return try await server.executeThenClose { connections in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    let count = Watched(0)
                    try await withThrowingDiscardingTaskGroup { scripts in
                        for try await upgrade in connections {
                            scripts.addTask { await Self.follow(script, count, upgrade) }
                        }
                    }
                }
                let value = try await body(server.channel.localAddress?.port ?? 0)
                tasks.cancelAll()
                return value
            }
        }
    }

    private static func configure(_ channel: any Channel, tls: NIOSSLContext?) throws -> EventLoopFuture<WebSocket?> {
        if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        let upgrader = NIOTypedWebSocketServerUpgrader<WebSocket?>(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { try WebSocket(wrappingChannelSynchronously: channel) }
            }
        )
        return try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
            configuration: .init(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [upgrader],
                    notUpgradingCompletionHandler: { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(Negotiating())
                            return nil
                        }
                    }
                )
            )
        )
    }

    private static func follow(
        _ script: @Sendable (inout ScriptedConnection, Int) async throws -> Void, _ count: Watched<Int>,
        _ upgrade: EventLoopFuture<WebSocket?>
    ) async {
        guard let webSocket = try? await upgrade.get() else { return }
        let number = count.change { count in
            defer { count += 1 }
            return count
        }
        // However a connection ends: what the client makes of it is the test.
        try? await webSocket.executeThenClose { inbound, outbound in
            var connection = ScriptedConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            try await script(&connection, number)
        }
    }
}

/// Answers every request as a negotiation.
private final class Negotiating: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let answer = ByteBuffer(
        string: #"{"useStatefulReconnect":true,"negotiateVersion":1,"connectionId":"i","connectionToken":"t","#
            + #""availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}"#
    )

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = self.unwrapInboundIn(data) else { return }
        let headers: HTTPHeaders = ["content-length": "\(Self.answer.readableBytes)", "connection": "close"]
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.body(.byteBuffer(Self.answer))), promise: nil)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

/// The server's end of one connection.
struct ScriptedConnection {
    struct Ended: Error {}

    fileprivate var inbound: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    private var records: [String] = []
    private var splitter = HubMessageSplitter(maximumSize: nil)
    private var messages: [HubMessage] = []
    /// Set when messages are read and written in a protocol, and no longer as text.
    private var kind: HubProtocolKind?
    /// How many pings of the hub protocol have come.
    private(set) var pings = 0
    /// The payloads of the WebSocket's pongs that have come.
    private(set) var pongs: [String] = []

    fileprivate init(
        inbound: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Accepts the handshake.
    mutating func shakeHands() async throws {
        guard try await self.next() == #"{"protocol":"json","version":1}"# else { throw Ended() }
        try await self.send("{}")
    }

    /// Accepts the handshake of this protocol and version; what follows is read and written as messages.
    mutating func shakeHands(_ kind: HubProtocolKind, version: Int = 1) async throws {
        guard try await self.next() == #"{"protocol":"\#(kind.rawValue)","version":\#(version)}"# else { throw Ended() }
        try await self.send("{}")
        self.resume(kind)
    }

    /// There is no handshake on this connection; what comes is read and written as messages.
    mutating func resume(_ kind: HubProtocolKind) {
        self.kind = kind
        self.splitter.begin(kind)
    }

    /// The next message but pings.
    mutating func nextMessage() async throws -> HubMessage {
        while self.messages.isEmpty { try await self.readFrame() }
        return self.messages.removeFirst()
    }

    /// Sends what `write` writes, cut into frames of so many bytes.
    func send(frameSize: Int = .max, _ write: (HubProtocolKind, inout ByteBuffer) throws -> Void) async throws {
        guard let kind = self.kind else { throw Ended() }
        var buffer = ByteBuffer()
        try write(kind, &buffer)
        while let data = buffer.readSlice(length: min(frameSize, buffer.readableBytes)), data.readableBytes > 0 {
            try await self.outbound.write(WebSocketFrame(fin: true, opcode: kind.isBinary ? .binary : .text, data: data))
        }
    }

    /// The next record but pings.
    mutating func next() async throws -> String {
        while self.records.isEmpty { try await self.readFrame() }
        return self.records.removeFirst()
    }

    /// Takes the next frame apart.
    mutating func readFrame() async throws {
        guard let frame = try await self.inbound.next(isolation: #isolation) else { throw Ended() }
        if let kind = self.kind { return try self.readMessages(frame, kind) }
        let text = String(buffer: frame.unmaskedData)
        switch frame.opcode {
        case .text:
            guard frame.maskKey != nil, text.hasSuffix("\u{1E}") else { throw Ended() }
            let all = text.split(separator: "\u{1E}").map(String.init)
            self.records += all.filter { $0 != #"{"type":6}"# }
            self.pings += all.count { $0 == #"{"type":6}"# }
        case .pong: self.pongs.append(text)
        default: throw Ended()
        }
    }

    private mutating func readMessages(_ frame: WebSocketFrame, _ kind: HubProtocolKind) throws {
        guard frame.maskKey != nil, frame.opcode == (kind.isBinary ? .binary : .text) else { throw Ended() }
        var data = frame.unmaskedData
        while let record = try self.splitter.next(in: &data) {
            switch try kind.decode(record) {
            case .ping: self.pings += 1
            case let message: if let message { self.messages.append(message) }
            }
        }
    }

    /// Reads until the client has gone.
    mutating func waitForEnd() async {
        do {
            while true { try await self.readFrame() }
        } catch {
            // Gone.
        }
    }

    /// Sends records in one message.
    func send(_ records: String...) async throws {
        try await self.send(frame: .text, records.map { $0 + "\u{1E}" }.joined())
    }

    func send(frame opcode: WebSocketOpcode, isFinal: Bool = true, _ text: String) async throws {
        try await self.outbound.write(WebSocketFrame(fin: isFinal, opcode: opcode, data: ByteBuffer(string: text)))
    }

    func close(_ code: WebSocketErrorCode) async throws {
        var payload = ByteBuffer()
        payload.write(webSocketErrorCode: code)
        try await self.outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: payload))
    }
}
