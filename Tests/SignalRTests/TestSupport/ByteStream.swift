import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A TCP connection to a server under test, read when the test wants to.
final class ByteStream: Sendable {
    struct Ended: Error {}

    private struct State {
        var bytes = ByteBuffer()
        /// How often something has arrived.
        var arrivals = 0
        var hasEnded = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    /// Those that are open, by the port they lead to.
    private static let open = Mutex<[Int: [ObjectIdentifier: any Channel]]>([:])

    private let channel: any Channel
    private let collector: Collector

    private init(channel: any Channel, collector: Collector) {
        self.channel = channel
        self.collector = collector
    }

    /// - Parameter reads: Whether the client reads at all; one that does not is a slow client.
    static func connect(port: Int, reads: Bool = true) async throws -> ByteStream {
        let collector = Collector()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(collector) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let key = ObjectIdentifier(channel)
        self.open.withLock { $0[port, default: [:]][key] = channel }
        channel.closeFuture.whenComplete { _ in
            self.open.withLock { $0[port]?[key] = nil }
        }
        return ByteStream(channel: channel, collector: collector)
    }

    /// Closes those that lead to this port.
    static func closeAll(port: Int) {
        let channels = self.open.withLock { $0.removeValue(forKey: port) }
        for channel in (channels ?? [:]).values { channel.close(promise: nil) }
    }

    func send(_ bytes: ByteBuffer) async throws { try await self.channel.writeAndFlush(bytes) }

    func send(_ text: String) async throws { try await self.send(ByteBuffer(string: text)) }

    /// Waits until `parse` finds what it wants.
    func read<Value: Sendable>(_ parse: (inout ByteBuffer) throws -> Value?) async throws -> Value {
        while true {
            let (value, seen) = try self.collector.state.withLock { (try parse(&$0.bytes), $0.arrivals) }
            if let value { return value }
            guard await self.collector.more(than: seen) else { throw Ended() }
        }
    }

    /// Waits for the end.
    ///
    /// - Returns: Everything that came before it.
    func readToEnd() async -> ByteBuffer {
        while await self.collector.more(than: self.collector.state.withLock { $0.arrivals }) {}
        return self.collector.state.withLock { $0.bytes }
    }

    func stopReading() async throws {
        try await self.channel.setOption(.autoRead, value: false).get()
    }

    func startReading() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
    }

    /// Sends no more, and still reads.
    func closeOutput() async { try? await self.channel.close(mode: .output) }

    func close() async { try? await self.channel.close() }

    /// Ends the connection with a reset, as a failing machine would.
    func reset() async throws {
        let provider = self.channel as? any SocketOptionProvider
        try await provider?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try? await self.channel.close()
    }

    /// Gathers what comes in.
    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        let state = Mutex(State())

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            self.wake { state in
                state.bytes.writeBuffer(&bytes)
                state.arrivals += 1
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { self.wake { $0.hasEnded = true } }
        }

        func channelInactive(context: ChannelHandlerContext) { self.wake { $0.hasEnded = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { self.wake { $0.hasEnded = true } }

        private func wake(_ change: (inout State) -> Void) {
            let waiting = self.state.withLock { state in
                change(&state)
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }

        /// Waits for more; `false` if there is the end instead.
        func more(than seen: Int) async -> Bool {
            await withCheckedContinuation { continuation in
                let isDue = self.state.withLock { state in
                    if state.hasEnded || state.arrivals > seen { return true }
                    state.waiting = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
            return self.state.withLock { $0.arrivals > seen }
        }
    }
}
