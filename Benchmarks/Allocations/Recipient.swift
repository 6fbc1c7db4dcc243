import NIOCore
import NIOPosix

/// A client of a hub that reads everything and says nothing.
final class Recipient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Connects, and sends the upgrade and the handshake in one.
    static func connect(port: Int) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Recipient()) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let handshake = #"{"protocol":"json","version":1}"# + "\u{1E}"
        var bytes = ByteBuffer()
        bytes.writeString(
            "GET /hub HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        bytes.writeBytes([0x81, 0x80 | UInt8(handshake.utf8.count), 0, 0, 0, 0])
        bytes.writeString(handshake)
        try await channel.writeAndFlush(bytes)
    }
}
