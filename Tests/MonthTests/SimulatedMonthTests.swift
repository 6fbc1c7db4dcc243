import Foundation
import MonthSimulation
import Testing

@Suite(.timeLimit(.minutes(15))) struct SimulatedMonthTests {
    private static func environment(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

    /// Runs where `MONTH_DAYS` says how many days it is to be; `MONTH_SEED` makes it another. A debug build needs twenty seconds a
    /// day and a quiet machine; a whole month wants a release build: see CONTRIBUTING.md.
    @Test(.enabled(if: Self.environment("MONTH_DAYS") != nil)) func everythingStaysAliveAndNothingIsLost() async throws {
        var month = SimulatedMonth(days: Self.environment("MONTH_DAYS") ?? 30)
        if let seed = Self.environment("MONTH_SEED") { month.seed = UInt64(seed) }
        let outcome = try await month.run()
        print(outcome.report)
        #expect(outcome.troubles.isEmpty, "seed \(month.seed): \(outcome.troubles.prefix(20).joined(separator: "\n"))")
    }
}
