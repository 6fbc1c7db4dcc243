import NIOCore
import NIOWebSocket
import Synchronization

/// The socket of one connection, as far as it is written to.
final class HubSocket: Sendable {
    private let channel: any Channel
    private let isBinary: Bool
    private let hasSaidGoodbye = Mutex(false)

    /// - Parameters:
    ///   - channel: A WebSocket.
    ///   - isBinary: Whether messages go out as binary.
    init(channel: any Channel, isBinary: Bool) {
        self.channel = channel
        self.isBinary = isBinary
    }

    /// Writes whole records as one message.
    ///
    /// - Returns: Succeeds when they have gone out.
    func write(_ records: ByteBuffer) -> EventLoopFuture<Void> { self.channel.writeAndFlush(self.message(records)) }

    /// Writes whole records as one message. If they cannot go out, the connection ends.
    func post(_ records: ByteBuffer) {
        self.channel.writeAndFlush(self.message(records), promise: nil)
    }

    /// Writes the handshake, which is text for every protocol.
    func post(handshake: ByteBuffer) {
        let frame = WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: handshake)
        self.channel.writeAndFlush(frame, promise: nil)
    }

    /// Writes whole records unless what was written before still waits: for what is not worth waiting for.
    func offer(_ records: ByteBuffer) {
        if self.channel.isWritable { self.post(records) }
    }

    /// Answers a ping of the WebSocket, unless what was written before still waits.
    func pong(_ payload: ByteBuffer) {
        guard self.channel.isWritable else { return }
        self.channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: payload), promise: nil)
    }

    /// Says goodbye, once.
    func sayGoodbye(_ code: WebSocketErrorCode = .normalClosure) {
        let isFirst = self.hasSaidGoodbye.withLock { hasSaidGoodbye in
            defer { hasSaidGoodbye = true }
            return !hasSaidGoodbye
        }
        guard isFirst else { return }
        var payload = ByteBuffer()
        payload.write(webSocketErrorCode: code)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: payload)
        self.channel.writeAndFlush(frame, promise: nil)
    }

    /// Drops the connection.
    func drop() { self.channel.close(promise: nil) }

    private func message(_ records: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: self.isBinary ? .binary : .text, maskKey: .random(), data: records)
    }
}
