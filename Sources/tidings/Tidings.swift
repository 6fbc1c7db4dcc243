import ArgumentParser

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The program: what a user types after `tidings`.
@main
struct Tidings: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tidings",
        abstract: "Microsoft 365 changes, live in your app.",
        version: Self.version,
        subcommands: [
            Dev.self, Serve.self, Emulate.self, SubscriptionsCommand.self, Tail.self, CertificateCommand.self, Doctor.self,
        ]
    )

    /// Wrong usage is told by the parser, with status 64; every other failure is one sentence, with status 1.
    static func main() async {
        // Writing to a pipe that nobody reads is an error like any other.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Self.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.end(with: failure)
        } catch {
            Self.exit(withError: error)
        }
    }
}
