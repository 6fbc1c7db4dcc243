import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// One accepted connection: whether it will need Hummingbird is not known yet. Used on its event loop only.
struct FrontConnection {
    let channel: any Channel
    /// Whether what is written to the socket itself arrives as it is.
    let isPlain: Bool
    let handovers: FrontHandovers

    /// Adds Hummingbird's part of the pipeline: an encoder in front of `handler`, the rest behind it.
    ///
    /// - Returns: The place of the encoder.
    func handOver(behind handler: FrontHandler) throws -> ChannelHandlerContext {
        let pipeline = self.channel.pipeline.syncOperations
        let encoder = HTTPResponseEncoder()
        try pipeline.addHandler(encoder, position: .before(handler))
        let context = try pipeline.context(handler: encoder)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        self.handovers.add(
            TakenOver(
                try NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>(
                    wrappingChannelSynchronously: self.channel, configuration: .init(isOutboundHalfClosureEnabled: true)
                )
            )
        )
        return context
    }
}
