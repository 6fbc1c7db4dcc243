import NIOCore
import NIOPosix

/// A hub's client, as bare as it can be: the answer to an upgrade, and the text frames behind it.
struct HubSocket {
    /// Asks for a WebSocket, shakes hands, calls `WhoAmI`, and says what came until its completion.
    ///
    /// - Returns: The status of the answer and, if it is 101, the record of the completion.
    static func whoAmI(port: Int, _ target: String, headers: [String: String] = [:]) async throws -> (
        status: String, record: String?
    ) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var head =
                "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            try await outbound.write(ByteBuffer(string: head + "\r\n"))
            var seen = ByteBuffer()
            var iterator = inbound.makeAsyncIterator()
            while !String(buffer: seen).contains("\r\n\r\n"), let more = try await iterator.next() {
                seen.writeImmutableBuffer(more)
            }
            let status = String(String(buffer: seen).dropFirst(9).prefix { !$0.isNewline })
            guard status.hasPrefix("101") else { return (status, nil) }
            try await outbound.write(Self.frame(#"{"protocol":"json","version":1}"# + "\u{1E}"))
            try await outbound.write(
                Self.frame(#"{"type":1,"invocationId":"7","target":"WhoAmI","arguments":[]}"# + "\u{1E}")
            )
            while !String(buffer: seen).contains(#""invocationId":"7""#), let more = try await iterator.next() {
                seen.writeImmutableBuffer(more)
            }
            let record = String(buffer: seen).split(separator: "\u{1E}").first { $0.contains(#""invocationId":"7""#) }
            return (status, record.map { String($0.drop { $0 != "{" }) })
        }
    }

    /// A short text frame with a mask of zeros.
    private static func frame(_ text: String) -> ByteBuffer {
        precondition(text.utf8.count < 126)
        return ByteBuffer(bytes: [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8))
    }
}
