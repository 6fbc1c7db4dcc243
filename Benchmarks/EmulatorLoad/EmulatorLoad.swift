import AsyncHTTPClient
import Foundation
import GraphEmulator
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Whether the emulator keeps up: many subscriptions, many changes a second, a receiver in the same process.
///
/// `EmulatorLoad --users 1000 --per-user 10 --rate 2000 --seconds 10 --urls 10`. It prints each second how many
/// notifications were made, received and wait, and at the end how long the last ones took and what all that cost.
@main
struct EmulatorLoad {
    static func main() async throws {
        let users = Self.option("--users") ?? 1000
        let perUser = min(Self.option("--per-user") ?? 10, Subscribing.kinds.count)
        let rate = Self.option("--rate") ?? 2000
        let seconds = Self.option("--seconds") ?? 10
        let urls = Self.option("--urls") ?? 10

        let receiver = CountingReceiver()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let receiverPort = try await receiver.start(on: group)
        let tenant = Self.tenant(users: users)
        var configuration = GraphEmulatorConfiguration(port: 0, directory: EmulatedSeed(tenants: [tenant]), seed: 1)
        configuration.throttling = nil
        configuration.limits.subscriptions = users * perUser
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "EmulatorLoad")
        logger.logLevel = .warning
        let emulator = try GraphEmulator(configuration: configuration, onReady: { port.yield($0.plain) }, logger: logger)
        let services = ServiceGroup(services: [emulator], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            var ready = ports.makeAsyncIterator()
            guard let emulatorPort = await ready.next() else { return }
            let subscribing = Subscribing(
                base: "http://127.0.0.1:\(emulatorPort)", receiver: "http://127.0.0.1:\(receiverPort)", tenant: tenant
            )
            let start = ContinuousClock.now
            try await subscribing.subscribe(perUser: perUser, urls: urls)
            print("\(users * perUser) subscriptions to \(urls) URLs in \(ContinuousClock.now - start)")
            try await Self.load(emulator.control, receiver, rate: rate, seconds: seconds)
            await services.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await group.shutdownGracefully()
    }

    /// Makes changes at the rate, every 10 ms as many as are due, and waits until nothing waits any more.
    private static func load(
        _ control: EmulatorControl, _ receiver: CountingReceiver, rate: Int, seconds: Int
    ) async throws {
        let processor = Self.processorTime()
        let start = ContinuousClock.now
        var made = 0
        var worst = 0
        for tick in 1...seconds * 100 {
            let due = rate * tick / 100
            control.act(times: due - made)
            made = due
            worst = max(worst, control.waiting.deliveries)
            if tick % 100 == 0 {
                print("\(tick / 100) s: \(made) changes, \(receiver.items) received, \(control.waiting.deliveries) wait")
            }
            try await Task.sleep(until: start + .milliseconds(10 * tick), clock: .continuous)
        }
        let lag = ContinuousClock.now - start - .seconds(seconds)
        let end = ContinuousClock.now
        while control.waiting.deliveries > 0 { try await Task.sleep(for: .milliseconds(1)) }
        let records = control.deliveries()
        let latencies = records.flatMap { $0.attempts.map(\.latency) }.sorted()
        print(
            """
            \(made) changes, \(receiver.items) notifications in \(receiver.posts) POSTs; at most \(worst) waited
            changes were \(lag) behind, the last notification came \(ContinuousClock.now - end) later
            answers: median \(latencies.isEmpty ? 0 : latencies[latencies.count / 2]) ms, slowest \(latencies.last ?? 0) ms \
            of the last \(latencies.count); tried again: \(records.filter { $0.attemptCount > 1 }.count)
            processor: \(Self.processorTime() - processor) s, emulator and receiver
            endpoints: \(control.endpoints.filter { $0.condition != "normal" }.count) slow of \(control.endpoints.count)
            """
        )
    }

    private static func option(_ name: String) -> Int? {
        let arguments = CommandLine.arguments
        guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
        return Int(arguments[place + 1])
    }

    private static func tenant(users: Int) -> EmulatedTenant {
        var tenant = EmulatedTenant.contoso
        tenant.users = (0..<users).map { number in
            let id = String(UInt64(number) + 0x1000_0000_0000, radix: 16)
            return EmulatedUser(
                id: "00000000-0000-4000-8000-\(id)", displayName: "User \(number)", userPrincipalName: "user\(number)@example.com"
            )
        }
        return tenant
    }

    /// What this process has used so far, in seconds.
    private static func processorTime() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
