import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An HTTP/1.1 connection with ``FrontHandler`` in front of Hummingbird.
struct FrontChannel: ServerChildChannel, HTTPChannelHandler {
    typealias Value = FrontConnection

    let routes: FrontRoutes
    let responder: HTTPChannelHandler.Responder

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<FrontConnection> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = self.routes.configuration.maximumHeaderSize
            limits.maxHeaderListSize = self.routes.configuration.maximumHeaderSize
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits)
            )
            let encoder = HTTPResponseEncoder()
            // A channel keeps its buffer for reading as long as it lives, idle WebSockets too. It grows where it must.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65_536)
            )
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(decoder)
            // The first handler of a channel is named so: nothing, such as TLS, lies between us and the socket.
            let isPlain = try pipeline.context(handler: decoder).name == "handler0"
            let connection = FrontConnection(channel: channel, isPlain: isPlain)
            try pipeline.addHandler(encoder)
            try pipeline.addHandler(
                FrontHandler(routes: self.routes, connection: connection, decoder: decoder, encoder: encoder)
            )
            return connection
        }
    }

    /// Waits until the connection needs Hummingbird, or no longer needs a task. No task lives as long as a WebSocket.
    func handle(value: FrontConnection, logger: Logger) async {
        guard let channel = try? await value.outcome.futureResult.get() else { return }
        await self.handleHTTP(asyncChannel: channel, logger: logger)
    }
}

/// One accepted connection: whether it will need Hummingbird is not known yet.
final class FrontConnection: ServerChildChannelValue {
    let channel: any Channel
    /// Hummingbird's end of the connection; `nil` once it is known that there will be none.
    let outcome: EventLoopPromise<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
    /// Whether what is written to the socket itself arrives as it is.
    let isPlain: Bool
    private let isDecided: NIOLoopBoundBox<Bool>

    init(channel: any Channel, isPlain: Bool) {
        self.channel = channel
        self.isPlain = isPlain
        self.outcome = channel.eventLoop.makePromise()
        self.isDecided = NIOLoopBoundBox(false, eventLoop: channel.eventLoop)
    }

    /// Adds Hummingbird's part of the pipeline, the first time. On the event loop.
    func handOver(logger: Logger) {
        guard !self.isDecided.value else { return }
        self.isDecided.value = true
        do {
            try self.channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            let asyncChannel = try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                wrappingChannelSynchronously: self.channel, configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            self.outcome.succeed(asyncChannel)
        } catch {
            self.outcome.fail(error)
            self.channel.close(promise: nil)
        }
    }

    /// Nobody needs a task for this connection any more: it is a WebSocket, or closed. On the event loop.
    func detach() {
        guard !self.isDecided.value else { return }
        self.isDecided.value = true
        self.outcome.succeed(nil)
    }
}
