import CAllocationCount
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SignalR
import SignalRProtocol
import Synchronization

/// Counts how often memory is asked for in one broadcast to 10 clients and to 1,000: what one more recipient costs is the
/// difference.
///
/// The server is in this process, with one event loop, and only that thread is counted. It runs to its end by itself.
@main
struct Allocations {
    private static let broadcasts = 200

    static func main() async throws {
        guard allocation_count() >= 0 else { return print("Allocations are counted with glibc only.") }
        let few = try await self.measure(recipients: 10)
        let many = try await self.measure(recipients: 1000)
        print("recipients  allocations a broadcast")
        print("10          \(few)")
        print("1000        \(many)")
        print("allocations a recipient: \((many - few) / 990)")
        guard abs(many - few) < 1 else { throw Failure.allocatesForRecipients }
    }

    private enum Failure: Error { case allocatesForRecipients }

    private static func measure(recipients: Int) async throws -> Double {
        let hub = Hub("bench") { _ in }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var logger = Logger(label: "Allocations")
        logger.logLevel = .error
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: Router(), server: .signalR(["/hub": hub], logger: logger),
            configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 4096),
            onServerRunning: { listening.yield($0.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(group), logger: logger
        )
        let services = ServiceGroup(
            configuration: .init(services: [.init(service: application)], gracefulShutdownSignals: [], logger: logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            for _ in 0..<recipients { try await Recipient.connect(port: port) }
            while hub.connectionCount < recipients { try await Task.sleep(for: .milliseconds(5)) }
            let count = try await self.count(broadcastsOf: hub, on: group.next())
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return count
        }
    }

    /// - Returns: Allocations a broadcast, without those that asking for the count needs.
    private static func count(broadcastsOf hub: Hub, on eventLoop: any EventLoop) async throws -> Double {
        var record = ByteBuffer()
        record.writeString(#"{"type":1,"target":"m","arguments":["0123456789"]}"# + "\u{1E}")
        let message = SerializedHubMessage(record: record)
        func run(_ work: @escaping @Sendable () -> Void) async throws -> Double {
            let before = try await eventLoop.submit { allocation_count() }.get()
            // Each in a turn of the event loop of its own, so that they are not sent together.
            for _ in 0..<self.broadcasts { try await eventLoop.submit(work).get() }
            let after = try await eventLoop.submit { allocation_count() }.get()
            return Double(after - before) / Double(self.broadcasts)
        }
        // What is kept from one to the next is there after the first.
        _ = try await run { hub.clients.all.send(message) }
        return try await run { hub.clients.all.send(message) } - run {}
    }
}
