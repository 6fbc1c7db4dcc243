import Foundation
import GraphCalling
import GraphEmulator
import GraphNotifications
import GraphRelay
import Logging
import RealTimeTesting
import SQLiteStorage

/// A month of hundreds of subscriptions, against the emulator over real sockets, on real files.
///
/// What happens, what goes wrong and when is drawn from one seed. The same seed brings the same month, as far as the order in
/// which two processors do things allows it.
package struct SimulatedMonth: Sendable {
    /// What came of a month.
    package struct Outcome: Sendable {
        /// Everything that is not as it should be; empty if all is well.
        package var troubles: [String]
        /// The counts, as a table.
        package var report: String
    }

    /// How many subscriptions there are; the kinds of resources fill 500.
    package var subscriptions: Int
    package var days: Int
    package var seed: UInt64

    /// 2026-11-24T09:30:00Z.
    private static let morning: Int64 = 1_795_512_600_000
    private static let logger = Logger(label: "month") { _ in SwiftLogNoOpLogHandler() }

    package init(subscriptions: Int = 500, days: Int = 30, seed: UInt64 = 20_261_124) {
        self.subscriptions = subscriptions
        self.days = days
        self.seed = seed
    }

    /// Lives through it, and looks at the end whether every subscription is there once, and every change in the log.
    package func run() async throws -> Outcome {
        let began = ContinuousClock.now
        let clock = SteppedClock(startingAt: Self.morning)
        let folder = FileManager.default.temporaryDirectory.appending(path: "month-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = Watched(0)
        let emulator = try self.emulator(clock, port)
        let webhook = Webhook()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await emulator.run() }
            group.addTask { try await webhook.run(logger: Self.logger) }
            await port.wait { $0 != 0 }
            await webhook.port.wait { $0 != 0 }
            let address = "http://127.0.0.1:\(port.value)"
            let company = try await Company(caller: GraphCaller(base: address + "/v1.0"), subscriptions: self.subscriptions)
            // What is there has been there for a while.
            await clock.advance(by: .seconds(600))
            let chance = Chance(seed: self.seed &+ 1)
            let certificates = try Self.certificates(clock)
            let given = RelayLife.Circumstances(
                clock: clock, chance: chance, transport: ShakyTransport(chance), webhook: webhook, counters: CounterTable(),
                keys: DecryptionKeys(certificates), requests: company.requests, address: address,
                path: folder.appending(path: "tidings.db").path, logger: Self.logger
            )
            var driver = try MonthDriver(
                company, given: given, control: emulator.control, certificates: certificates, seed: self.seed)
            try await driver.run(days: self.days)
            let outcome = try await self.outcome(driver, company, given, wall: began.duration(to: .now))
            try await driver.end()
            group.cancelAll()
            return outcome
        }
    }

    private func emulator(_ clock: SteppedClock, _ port: Watched<Int>) throws -> GraphEmulator {
        var configuration = GraphEmulatorConfiguration(
            port: 0, directory: EmulatedSeed(tenants: [Company.tenant]), seed: self.seed)
        configuration.clock = clock.clock
        configuration.tokenLifetime = .seconds(4 * 86_400)
        configuration.authorization = AuthorizationPolicy(.withhold)
        // How often is played by faults.
        configuration.throttling = nil
        return try GraphEmulator(
            configuration: configuration, onReady: { ready in port.change { $0 = ready.plain } }, logger: Self.logger)
    }

    private static func certificates(_ clock: SteppedClock) throws -> [DecryptionKey] {
        try (1...3).map { number in
            let new = try NewCertificate(
                name: "month \(number)", now: Date(timeIntervalSince1970: Double(clock.now) / 1000))
            return try DecryptionKey(
                id: "certificate-\(number)", certificatePEM: new.certificatePEM, privateKeyPEM: new.privateKeyPEM)
        }
    }

    private func outcome(
        _ driver: MonthDriver, _ company: Company, _ given: RelayLife.Circumstances, wall: Duration
    ) async throws -> Outcome {
        let (life, entries) = try await driver.result()
        let verdict = driver.ledger.verdict(entries, of: company.requests)
        var troubles = verdict.troubles
        let states = life.manager.status()
        for status in states where status.state != "active" || status.failures > 0 {
            troubles.append("\(status.name) is \(status.state): \(status.lastError ?? "no error")")
        }
        let listed = try await life.graph.subscriptions()
        if listed.count != self.subscriptions { troubles.append("\(listed.count) subscriptions are at Graph") }
        if Set(listed.map(\.id)) != Set(states.compactMap(\.id)) {
            troubles.append("Other subscriptions are at Graph than are known.")
        }
        let (there, declared) = (
            listed.map { "\($0.resource) \($0.changeTypes)" }, company.requests.map { "\($0.resource) \($0.changeTypes)" }
        )
        if there.sorted() != declared.sorted() { troubles.append("Other subscriptions are at Graph than are declared.") }
        let letters = try await life.storage.deadLetters.list(limit: 100_000)
        let report = MonthReport(
            seed: self.seed, days: self.days, wall: wall, company: company, counters: given.counters,
            injected: driver.injected, turnedAway: given.webhook.turnedAway, transport: given.transport.state.value,
            changes: driver.ledger.changes, verdict: verdict, entries: entries,
            deadLetters: Dictionary(grouping: letters, by: \.letter.reason.rawValue).mapValues(\.count)
        )
        return Outcome(troubles: troubles, report: "\(report)")
    }
}
