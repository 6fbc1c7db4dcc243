import NIOCore
import NIOPosix
import Testing

/// One TCP connection, byte by byte.
struct RawConnection {
    struct Ended: Error {}

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    /// What has arrived and is not taken yet.
    private(set) var received = ByteBuffer()

    /// Connects to a port of this machine, and closes the connection behind `body`.
    static func with<Result: Sendable>(
        port: Int, _ body: (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }

    private init(
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    func send(_ text: String) async throws {
        try await self.outbound.write(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) async throws {
        try await self.outbound.write(bytes)
    }

    /// Takes the next `count` bytes.
    mutating func take(_ count: Int) async throws -> ByteBuffer {
        while true {
            if let bytes = self.received.readSlice(length: count) { return bytes }
            try await self.more()
        }
    }

    /// Takes everything up to and including `end`.
    mutating func take(through end: String) async throws -> String {
        let end = Array(end.utf8)
        while true {
            let view = self.received.readableBytesView
            for start in view.indices where view[start...].starts(with: end) {
                return self.received.readString(length: start - view.startIndex + end.count) ?? ""
            }
            try await self.more()
        }
    }

    private mutating func more() async throws {
        guard var next = try await self.inbound.next(isolation: #isolation) else { throw Ended() }
        self.received.writeBuffer(&next)
    }

    /// Posts to the webhook.
    mutating func post(
        _ body: ByteBuffer, expecting status: Int, at location: SourceLocation = #_sourceLocation
    ) async throws {
        var request = ByteBuffer(
            string: "POST /notifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.readableBytes)\r\n\r\n"
        )
        request.writeImmutableBuffer(body)
        try await self.send(request)
        let head = try await self.take(through: "\r\n\r\n")
        let length = head.lowercased().split(separator: "content-length: ").last?.prefix { $0.isNumber } ?? ""
        _ = try await self.take(Int(length) ?? 0)
        #expect(head.hasPrefix("HTTP/1.1 \(status) "), sourceLocation: location)
    }
}
