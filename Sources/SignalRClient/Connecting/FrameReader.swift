import NIOCore
import NIOWebSocket

/// Makes a stream of bytes of WebSocket frames. Frames, fragments and their types mean nothing to SignalR.
struct FrameReader {
    /// What a frame asks for.
    enum Action: Equatable {
        /// The next bytes of the stream.
        case bytes(ByteBuffer)
        /// Answer with the same payload.
        case pong(ByteBuffer)
        /// The server said goodbye; the code is `nil` if it gave none.
        case close(code: UInt16?)
        case nothing
        /// RFC 6455 does not allow it.
        case violation
    }

    private var isMidMessage = false

    /// The next frame, with its payload unmasked.
    mutating func read(_ opcode: WebSocketOpcode, isFinal: Bool, payload: ByteBuffer) -> Action {
        switch opcode {
        case .text, .binary:
            guard !self.isMidMessage else { return .violation }
            self.isMidMessage = !isFinal
            return .bytes(payload)
        case .continuation:
            guard self.isMidMessage else { return .violation }
            self.isMidMessage = !isFinal
            return .bytes(payload)
        case .ping: return isFinal ? .pong(payload) : .violation
        case .pong: return isFinal ? .nothing : .violation
        case .connectionClose: return .close(code: payload.getInteger(at: payload.readerIndex))
        default: return .violation
        }
    }
}
