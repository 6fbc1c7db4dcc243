import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// An HTTP/1.1 connection with ``FrontHandler`` in front of Hummingbird.
struct FrontChannel: ServerChildChannel, HTTPChannelHandler {
    /// What Hummingbird gets of a connection.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        /// Whether its task serves those connections that need one.
        let isHost: Bool
    }

    /// Hummingbird gets nothing of this connection.
    private struct NeedsNoTask: Error {}

    /// A channel keeps its buffer for reading as long as it lives, idle WebSockets too. It grows where it must.
    private static let readBuffers = AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 256, maximum: 65_536)

    let routes: FrontRoutes
    let responder: HTTPChannelHandler.Responder
    private let handovers = FrontHandovers()

    init(routes: FrontRoutes, responder: @escaping HTTPChannelHandler.Responder) {
        self.routes = routes
        self.responder = responder
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        do {
            _ = try self.accept(channel)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        let value = Value(channel: channel, isHost: self.handovers.accepted(channel))
        guard !value.isHost, channel.startWithoutServer() else { return channel.eventLoop.makeSucceededFuture(value) }
        return channel.eventLoop.makeFailedFuture(NeedsNoTask())
    }

    /// Puts the front handler into the pipeline of a new connection. On its event loop.
    func accept(_ channel: any Channel) throws -> FrontConnection {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = self.routes.configuration.maximumHeaderSize
        limits.maxHeaderListSize = self.routes.configuration.maximumHeaderSize
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
        )
        try channel.syncOptions?.setOption(.recvAllocator, value: Self.readBuffers)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(decoder)
        // The first handler of a channel is named so: nothing, such as TLS, lies between us and the socket.
        let isPlain = try pipeline.context(handler: decoder).name == "handler0"
        let connection = FrontConnection(channel: channel, isPlain: isPlain, handovers: self.handovers)
        try pipeline.addHandler(FrontHandler(routes: self.routes, connection: connection, decoder: decoder))
        return connection
    }

    /// No task lives as long as a WebSocket, but that of the host, without which the server would have ended before its clients
    /// are told.
    func handle(value: Value, logger: Logger) async {
        guard value.isHost else { return }
        await self.handovers.serve { await self.handleHTTP(asyncChannel: $0, logger: logger) }
        await self.routes.connectionsEnded()
    }
}
