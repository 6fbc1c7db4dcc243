import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `tidings tail`: updates, as they come.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow updates live, each on its line, with its cursor."
    )

    @Option(help: "The address of the relay.")
    var url = "http://127.0.0.1:8080"
    @Option(help: "What to follow, separated by commas: all, user/ID, subscription/NAME.")
    var topics = "all"
    @Option(help: ArgumentHelp("Begin after this cursor, with what was missed since.", valueName: "cursor"))
    var after: String?
    @Flag(help: "Show each update as the JSON it is.")
    var json = false
    @Option(help: "What to present, where the relay asks for a token. TIDINGS_CLIENTS_TOKEN does the same, less visibly.")
    var token: String?

    func validate() throws {
        guard !self.topicNames.isEmpty else { throw ValidationError("--topics must name at least one topic.") }
    }

    func run() async throws {
        let token = self.token ?? ProcessInfo.processInfo.environment["TIDINGS_CLIENTS_TOKEN"]
        let feed = try UpdateFeed(url: self.url, topics: self.topicNames, token: token)
        let tailer = Tailer(feed: feed, url: self.url, after: self.after, writesJSON: self.json)
        let quiet = Logger(label: "tidings") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: tailer, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: quiet
            )
        )
        do {
            try await group.run()
        } catch {
            await feed.close()
            throw Failure(error)
        }
        await feed.close()
        if let cursor = tailer.cursor { Terminal.complain("Resume with --after \(cursor.withoutControlCharacters)") }
    }

    private var topicNames: [String] { self.topics.split(separator: ",").map(String.init) }
}
