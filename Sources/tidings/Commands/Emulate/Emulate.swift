import ArgumentParser

/// `tidings emulate`: the emulator of Microsoft Graph alone, and what can be done to it while it runs.
struct Emulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start an emulator of Microsoft Graph's change notifications, on this machine only, or control one.",
        discussion: "Without a subcommand it starts one; 'tidings emulate run --help' shows the options of that.",
        subcommands: [
            Run.self, Send.self, Lose.self, Remove.self, Reauthorize.self, Authorization.self,
            Throttle.self, FaultCommand.self, Clock.self,
            Advance.self, Deliveries.self, State.self, Permissions.self, Grant.self, Revoke.self, Rotate.self, Reset.self,
        ],
        defaultSubcommand: Run.self
    )
}

/// Which emulator is meant.
struct AdminOptions: ParsableArguments {
    @Option(help: "The address of the emulator's admin side.")
    var admin = "http://127.0.0.1:8082"

    func client() throws(Failure) -> EmulatorClient { try EmulatorClient(self.admin) }
}
