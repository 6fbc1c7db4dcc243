import NIOCore
import NIOPosix
import NIOSSL

/// Looks at the certificate that a server shows, trusted or not, and says nothing to it.
enum TLSCertificateLook {
    private static let patience = TimeAmount.seconds(10)

    /// When it ends, in milliseconds since 1970; `nil` if the server shows none.
    static func expiry(host: String, port: Int, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) async -> Int64?
    {
        let loop = group.any()
        let found = loop.makePromise(of: Int64?.self)
        let deadline = loop.scheduleTask(in: Self.patience) { found.succeed(nil) }
        do {
            let channel = try await Self.connect(host: host, port: port, on: loop, found)
            channel.closeFuture.whenComplete { _ in found.succeed(nil) }
            let expiry = try await found.futureResult.get()
            deadline.cancel()
            try? await channel.close()
            return expiry
        } catch {
            deadline.cancel()
            found.succeed(nil)
            return nil
        }
    }

    private static func connect(
        host: String, port: Int, on loop: any EventLoop, _ found: EventLoopPromise<Int64?>
    ) async throws -> any Channel {
        let context = try NIOSSLContext(configuration: .makeClientConfiguration())
        // A certificate belongs to a name; an address has none to ask for.
        let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
        return try await ClientBootstrap(group: loop)
            .connectTimeout(Self.patience)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host) {
                        (certificates: [NIOSSLCertificate], verdict: EventLoopPromise<NIOSSLVerificationResult>) in
                        found.succeed(certificates.first.map { Int64($0.notValidAfter) * 1000 })
                        // What was to be seen was seen.
                        verdict.succeed(.failed)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: host, port: port).get()
    }
}
