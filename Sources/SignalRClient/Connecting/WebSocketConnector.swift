import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// Makes a WebSocket of an address.
struct WebSocketConnector: Sendable {
    typealias WebSocket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// How much larger than a message a frame may be, since several messages share one.
    private static let frameSlack = 1 << 20

    private enum Upgrade: Sendable {
        case webSocket(WebSocket)
        /// The server answered something else.
        case refused(EventLoopFuture<HTTPResponseStatus>)
    }

    let configuration: HubClient.Configuration

    /// Connects within the handshake's time.
    func connect(to place: Negotiator.Place) async throws -> WebSocket {
        let peer = place.address.authority
        let tls = try place.address.isSecure ? self.tlsContext() : nil
        let attempt = Attempt()
        do {
            let upgrade = try await withTaskCancellationHandler {
                try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelOption(.socketOption(.so_keepalive), value: 1)
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: place.address.host, port: place.address.port) { channel in
                        attempt.begin(channel, timeout: TimeAmount(self.configuration.handshakeTimeout))
                        return channel.eventLoop.makeCompletedFuture {
                            try self.configure(channel, for: place, tls: tls)
                        }
                    }
                    .get()
            } onCancel: {
                attempt.giveUp()
            }
            switch upgrade {
            case .webSocket(let channel):
                attempt.succeed()
                return channel
            case .refused(let status):
                let status = try await status.get()
                attempt.giveUp()
                throw SignalRClientError(status: status, from: peer)
            }
        } catch let error as SignalRClientError {
            throw error
        } catch {
            try Task.checkCancellation()
            if attempt.isTimedOut {
                throw SignalRClientError(.timedOut, "There was no answer from \(peer) in time.", cause: error)
            }
            attempt.giveUp()
            throw SignalRClientError(
                .unreachable, "There is no connection to \(peer): check the network, the address and its certificate.",
                cause: error
            )
        }
    }

    private func tlsContext() throws(SignalRClientError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: self.configuration.tls ?? .makeClientConfiguration())
        } catch {
            throw SignalRClientError(.unreachable, "The configuration for TLS cannot be used; check it.", cause: error)
        }
    }

    /// Sets up the pipeline. On the channel's event loop.
    private func configure(
        _ channel: any Channel, for place: Negotiator.Place, tls: NIOSSLContext?
    ) throws -> EventLoopFuture<Upgrade> {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            let name = place.address.hostIsAddress ? nil : place.address.host
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(
            maxFrameSize: min(self.configuration.maximumMessageSize + Self.frameSlack, Int(UInt32.max)),
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    .webSocket(try WebSocket(wrappingChannelSynchronously: channel))
                }
            }
        )
        var headers = Negotiator.headers(self.configuration.headers, accessToken: place.accessToken)
        headers.replaceOrAdd(name: "Host", value: place.address.authority)
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: place.address.socketTarget(token: place.connectionToken), headers: headers
        )
        var http = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: head, upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let reader = StatusReader(on: channel.eventLoop)
                        try channel.pipeline.syncOperations.addHandler(reader)
                        return .refused(reader.status)
                    }
                }
            )
        )
        http.leftOverBytesStrategy = .forwardBytes
        return try pipeline.configureUpgradableHTTPClientPipeline(configuration: http)
    }
}

/// Takes the status of an answer that is not an upgrade.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<HTTPResponseStatus>

    init(on eventLoop: any EventLoop) {
        self.promise = eventLoop.makePromise()
    }

    var status: EventLoopFuture<HTTPResponseStatus> { self.promise.futureResult }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = self.unwrapInboundIn(data) { self.promise.succeed(head.status) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.promise.fail(ChannelError.eof)
    }
}

/// One attempt to connect, which can be given up from outside, and gives itself up when its time is over.
private final class Attempt: Sendable {
    private struct State {
        var channel: (any Channel)?
        var timer: Scheduled<Void>?
        var isGivenUp = false
        var isTimedOut = false
    }

    private let state = Mutex(State())

    var isTimedOut: Bool { self.state.withLock { $0.isTimedOut } }

    /// There is a channel, about to connect. Of several only the last is kept: the ones before it have failed.
    func begin(_ channel: any Channel, timeout: TimeAmount) {
        let timer = channel.eventLoop.scheduleTask(in: timeout) {
            self.state.withLock { $0.isTimedOut = true }
            channel.close(promise: nil)
        }
        let isGivenUp = self.state.withLock { state in
            state.timer?.cancel()
            state.channel = channel
            state.timer = timer
            return state.isGivenUp
        }
        if isGivenUp { self.giveUp() }
    }

    /// It is a WebSocket.
    func succeed() {
        self.state.withLock { state in
            state.timer?.cancel()
            state.channel = nil
        }
    }

    func giveUp() {
        let channel = self.state.withLock { state -> (any Channel)? in
            state.isGivenUp = true
            state.timer?.cancel()
            defer { state.channel = nil }
            return state.channel
        }
        channel?.close(promise: nil)
    }
}
