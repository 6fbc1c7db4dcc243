import ArgumentParser

/// What encrypted notifications cost: opening them by itself, and beside the intake of a whole server.
///
/// The emulator runs in this process and makes every body, sealed and signed as Graph's are.
@main
struct IntakeLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(subcommands: [Open.self, ServeLoad.self])
}
