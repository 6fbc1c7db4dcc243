import ArgumentParser
import MonthSimulation

/// Lives through a month of 500 subscriptions, and prints what happened in it.
@main struct MonthLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lives through a month of 500 subscriptions against the emulator, and prints what happened in it."
    )

    @Option(help: "How many days.") var days = 30
    @Option(help: "What is drawn from.") var seed: UInt64 = 20_261_124

    func run() async throws {
        let outcome = try await SimulatedMonth(days: self.days, seed: self.seed).run()
        print(outcome.report)
        for trouble in outcome.troubles { print("TROUBLE: \(trouble)") }
        guard outcome.troubles.isEmpty else { throw ExitCode.failure }
    }
}
