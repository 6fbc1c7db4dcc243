import ArgumentParser
import GraphEmulator

extension Emulate {
    /// `tidings emulate clock`
    struct Clock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the clock, or let time pass otherwise.")

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "real, scaled:60 or stepped.")
        var mode: ClockArgument?

        func run() async throws {
            let client = try self.emulator.client()
            let clock =
                switch self.mode?.mode {
                case nil: try await client.get("clock", as: EmulatorReport.Clock.self)
                case .real: try await client.post("clock", ["mode": .text("real")], as: EmulatorReport.Clock.self)
                case .stepped: try await client.post("clock", ["mode": .text("stepped")], as: EmulatorReport.Clock.self)
                case .scaled(let rate):
                    try await client.post(
                        "clock", ["mode": .text("scaled"), "rate": .number(rate)], as: EmulatorReport.Clock.self
                    )
                }
            try Terminal.say("It is \(clock.text).")
        }
    }

    /// `tidings emulate advance`
    struct Advance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the clock forward, and let everything happen that is due meanwhile."
        )

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "How far: PT4H, 3d, 90s.")
        var by: String

        func run() async throws {
            let clock = try await self.emulator.client().post(
                "clock/advance", ["by": .text(self.by)], as: EmulatorReport.Clock.self
            )
            try Terminal.say("It is \(clock.text).")
        }
    }
}
