import Crypto
import NIOCore
import NIOHTTP1

/// The opening handshake of a WebSocket (RFC 6455 section 4.2).
enum WebSocketHandshake {
    /// Whether a request wants to become a WebSocket.
    static func isRequested(by head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "Upgrade"].contains { $0.utf8.equalsIgnoringCase("websocket".utf8) }
            && head.headers[canonicalForm: "Connection"].contains { $0.utf8.equalsIgnoringCase("upgrade".utf8) }
    }

    /// Why a request that wants to become a WebSocket cannot; `nil` if it can.
    static func refusal(of head: HTTPRequestHead) -> LoopResponse? {
        guard head.headers.first(name: "Sec-WebSocket-Version") == "13" else {
            return LoopResponse(status: .upgradeRequired, headers: ["Sec-WebSocket-Version": "13", "Upgrade": "websocket"])
        }
        guard let key = head.headers.first(name: "Sec-WebSocket-Key"), key.utf8.count == 24 else {
            return .text(.badRequest, "Sec-WebSocket-Key must have 16 bytes in Base64.")
        }
        return nil
    }

    /// The answer to a request that can.
    static func response(to head: HTTPRequestHead) -> ByteBuffer {
        let key = head.headers.first(name: "Sec-WebSocket-Key") ?? ""
        var buffer = ByteBufferAllocator().buffer(capacity: 160)
        buffer.writeStaticString(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        )
        buffer.writeString(Self.accept(key))
        buffer.writeStaticString("\r\n\r\n")
        return buffer
    }

    /// What proves to the client that its handshake was understood.
    static func accept(_ key: String) -> String {
        var hash = Insecure.SHA1()
        var text = key
        text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return Base64.encode(hash.finalize(), alphabet: .standard)
    }
}
