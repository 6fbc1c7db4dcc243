import Foundation
import MonthSimulation
import Testing

@Suite(.timeLimit(.minutes(15))) struct SimulatedMonthTests {
    private static func environment(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// `MONTH_DAYS` makes it longer, `MONTH_SEED` another. A whole month wants a release build: see CONTRIBUTING.md.
    @Test func everythingStaysAliveAndNothingIsLost() async throws {
        var month = SimulatedMonth(days: Self.environment("MONTH_DAYS") ?? 2)
        if let seed = Self.environment("MONTH_SEED") { month.seed = UInt64(seed) }
        let outcome = try await month.run()
        print(outcome.report)
        #expect(outcome.troubles.isEmpty, "seed \(month.seed): \(outcome.troubles.prefix(20).joined(separator: "\n"))")
    }
}
