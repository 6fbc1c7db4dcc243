import NIOCore
import NIOWebSocket
import SignalRProtocol

/// One socket of a connection: reads what comes, and looks at the clock, until it ends.
struct ClientSession: Sendable {
    let core: ClientCore
    let place: Negotiator.Place
    let webSocket: WebSocketConnector.WebSocket

    /// Goes on until the socket has ended, or the task is cancelled. Why it ended is told to the core.
    func run() async {
        let socket = HubSocket(channel: self.webSocket.channel, isBinary: self.core.kind.isBinary)
        do {
            try await self.webSocket.executeThenClose { inbound, _ in
                guard self.core.connected(socket, to: self.place) else { return }
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await self.watchClock(socket) }
                    defer { tasks.cancelAll() }
                    try await self.read(inbound, socket)
                }
                if Task.isCancelled { self.core.stop() }
                if !self.core.isCut { socket.sayGoodbye() }
            }
        } catch {
            self.core.lost(SignalRClientError(.connectionLost, SignalRClientError.lost.message, cause: error))
        }
    }

    private func watchClock(_ socket: HubSocket) async throws {
        var ping = ByteBuffer()
        self.core.kind.encodePing(into: &ping)
        while true {
            try await self.core.sleep(self.core.configuration.tickInterval)
            switch self.core.tick() {
            case .ping: socket.offer(ping)
            case .drop: return socket.drop()
            case .nothing: break
            }
        }
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>, _ socket: HubSocket) async throws {
        var frames = FrameReader()
        var records = HubMessageSplitter(maximumSize: self.core.configuration.maximumMessageSize)
        if !self.core.isShakingHands { records.begin(self.core.kind) }
        for try await frame in inbound {
            switch frames.read(frame.opcode, isFinal: frame.fin, payload: frame.unmaskedData) {
            case .bytes(var bytes):
                do throws(HubProtocolError) {
                    while let record = try records.next(in: &bytes) {
                        if try self.core.received(record) == .handshake { records.begin(self.core.kind) }
                    }
                } catch {
                    self.refuse("The server sent what cannot be read: \(error.message)", cause: error, socket)
                }
            case .pong(let payload): socket.pong(payload)
            case .close(let code):
                return self.core.lost(Self.error(for: code))
            case .nothing: break
            case .violation:
                self.refuse("The server sent what WebSockets do not allow.", socket)
            }
            guard self.core.wantsFrames else { return }
            await self.core.waitForRoom()
        }
        if !Task.isCancelled { self.core.lost(.lost) }
    }

    /// The server has broken the protocol, and is told.
    private func refuse(_ message: String, cause: (any Error)? = nil, _ socket: HubSocket) {
        let isAgreed = !self.core.isShakingHands
        self.core.failed(SignalRClientError(.invalidMessage, message, cause: cause))
        if isAgreed {
            var record = ByteBuffer()
            self.core.kind.encodeClose(CloseMessage(error: message), into: &record)
            socket.post(record)
        }
        socket.sayGoodbye(.protocolError)
    }

    /// A goodbye of the WebSocket alone, without one of the hub.
    private static func error(for code: UInt16?) -> SignalRClientError {
        guard let code, code != 1000 else {
            return SignalRClientError(.closed, "The server closed the connection.", allowReconnect: true)
        }
        return SignalRClientError(.closed, "The server closed the connection with code \(code).", allowReconnect: true)
    }
}
