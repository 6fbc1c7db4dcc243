import ArgumentParser

/// Clients for what docs/performance.md measures with the programs of this repository alone.
@main
struct HubLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(subcommands: [RoundTrips.self, Rounds.self])
}
