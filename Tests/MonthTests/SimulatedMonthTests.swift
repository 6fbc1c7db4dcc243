import Foundation
import GraphRelay
import Logging
import RealTimeTesting
import SQLiteStorage
import Testing

@testable import GraphEmulator
@testable import GraphNotifications

/// A month of hundreds of subscriptions, against the emulator over real sockets, on real files.
@Suite(.timeLimit(.minutes(5))) struct SimulatedMonthTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// 2026-11-24T09:30:00Z.
    private static let morning: Int64 = 1_795_512_600_000

    static func environment(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    private static func certificates(_ clock: SteppedClock) throws -> [DecryptionKey] {
        try (1...3).map { number in
            let new = try NewCertificate(
                name: "month \(number)", now: Date(timeIntervalSince1970: Double(clock.now) / 1000))
            return try DecryptionKey(
                id: "certificate-\(number)", certificatePEM: new.certificatePEM, privateKeyPEM: new.privateKeyPEM)
        }
    }

    /// Runs where `MONTH_DAYS` says how many days it is to be: in a debug build each takes a good while. `MONTH_SEED` repeats another.
    @Test(.enabled(if: Self.environment("MONTH_DAYS") != nil)) func everythingStaysAliveAndNothingIsLost() async throws {
        let began = ContinuousClock.now
        let subscriptions = 500
        let days = Self.environment("MONTH_DAYS") ?? 30
        let seed = UInt64(Self.environment("MONTH_SEED") ?? 20_261_124)
        let clock = SteppedClock(startingAt: Self.morning)
        let folder = FileManager.default.temporaryDirectory.appending(path: "month-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = GraphEmulatorConfiguration(port: 0, directory: EmulatedSeed(tenants: [Company.tenant]), seed: seed)
        configuration.clock = clock.clock
        configuration.tokenLifetime = .seconds(4 * 86_400)
        configuration.authorization = AuthorizationPolicy(.withhold)
        // How often is played by faults.
        configuration.throttling = nil
        let port = Watched(0)
        let emulator = try GraphEmulator(
            configuration: configuration, onReady: { ready in port.change { $0 = ready.plain } }, logger: Self.logger)
        let webhook = Webhook()
        let chance = Chance(seed: seed &+ 1)
        let counters = CounterTable()
        let certificates = try Self.certificates(clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await emulator.run() }
            group.addTask { try await webhook.run(logger: Self.logger) }
            await port.wait { $0 != 0 }
            await webhook.port.wait { $0 != 0 }
            let address = "http://127.0.0.1:\(port.value)"
            let company = try await Company(caller: GraphCaller(address: address), subscriptions: subscriptions)
            // What is there has been there for a while.
            await clock.advance(by: .seconds(600))
            let transport = ShakyTransport(chance)
            let given = RelayLife.Circumstances(
                clock: clock, chance: chance, transport: transport, webhook: webhook, counters: counters,
                keys: DecryptionKeys(certificates), requests: company.requests, address: address,
                path: folder.appending(path: "tidings.db").path, logger: Self.logger
            )
            var month = try SimulatedMonth(
                company, given: given, control: emulator.control, certificates: certificates, seed: seed)
            try await month.run(days: days)
            let (life, entries) = try await month.result()
            let verdict = month.ledger.verdict(entries, of: company.requests)
            #expect(verdict.troubles.isEmpty, "seed \(seed): \(verdict.troubles.prefix(20).joined(separator: "\n"))")
            let states = life.manager.status()
            let troubled = states.filter { $0.state != "active" || $0.failures > 0 }
            #expect(troubled.isEmpty, "seed \(seed): \(troubled.map { "\($0.name) \($0.state): \($0.lastError ?? "")" })")
            let listed = try await life.graph.subscriptions()
            #expect(listed.count == subscriptions)
            #expect(Set(listed.map(\.id)) == Set(states.compactMap(\.id)))
            #expect(
                listed.map { "\($0.resource) \($0.changeTypes)" }.sorted()
                    == company.requests.map { "\($0.resource) \($0.changeTypes)" }.sorted())
            let letters = try await life.storage.deadLetters.list(limit: 10_000)
            print(
                MonthReport(
                    seed: seed, days: days, wall: began.duration(to: .now), company: company, counters: counters,
                    injected: month.injected, turnedAway: webhook.turnedAway, transport: transport.state.value,
                    changes: month.ledger.changes, verdict: verdict, entries: entries,
                    deadLetters: Dictionary(grouping: letters, by: \.letter.reason.rawValue).mapValues(\.count)
                )
            )
            try await month.end()
            group.cancelAll()
        }
    }
}
