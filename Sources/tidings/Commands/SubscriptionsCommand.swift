import ArgumentParser
import GraphNotifications
import Logging
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `tidings subscriptions`: what a running server keeps alive, and how it is.
struct SubscriptionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions",
        abstract: "Show and change the subscriptions of a running server.",
        discussion: """
            The server is found by its data directory (tidings-data, or that of tidings dev), or by --url and --token. \
            TIDINGS_URL and TIDINGS_ADMIN_TOKEN do the same.
            """,
        subcommands: [
            List.self, Show.self, Create.self, Renew.self, Recreate.self, Reauthorize.self, CatchUp.self, Delete.self,
            Orphans.self,
        ]
    )

    /// Which server it is.
    struct Server: ParsableArguments {
        @Option(help: "The address of the server.")
        var url: String?
        @Option(help: "The admin token; TIDINGS_ADMIN_TOKEN does the same, less visibly.")
        var token: String?

        func place(_ configuration: ConfigurationOptions) async throws(Failure) -> ServerPlace {
            var directory = configuration.data
            if directory == nil, configuration.config != nil || !configuration.assignments.isEmpty {
                directory = try await configuration.settings().dataDirectory
            }
            return try ServerPlace(
                url: self.url, token: self.token, directory: directory, environment: ProcessInfo.processInfo.environment
            )
        }
    }

    /// What all of them have.
    struct Options: ParsableArguments {
        @OptionGroup var server: Server
        @OptionGroup var configuration: ConfigurationOptions
        @Flag(help: "Show the answer as JSON.")
        var json = false

        /// Asks the server for something, and shows it.
        func show<Answer: Codable & Sendable>(
            _ method: HTTPMethod, _ path: String, body: (any Encodable & Sendable)? = nil,
            _ lines: (Answer, _ now: Int64) -> [String]
        ) async throws {
            let client = AdminClient(try await self.server.place(self.configuration))
            let answer: Result<Answer, Failure>
            do throws(Failure) {
                answer = .success(try await client.ask(method, path, body: body))
            } catch {
                answer = .failure(error)
            }
            await client.close()
            try self.show(try answer.get(), lines)
        }

        func show<Answer: Encodable>(_ answer: Answer, _ lines: (Answer, _ now: Int64) -> [String]) throws {
            guard !self.json else {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
                return try Terminal.say(String(decoding: try encoder.encode(answer), as: UTF8.self))
            }
            for line in lines(answer, Int64(Date().timeIntervalSince1970 * 1000)) { try Terminal.say(line) }
        }

        func show(_ method: HTTPMethod, _ path: String, body: (any Encodable & Sendable)? = nil) async throws {
            try await self.show(method, path, body: body) { (report: SubscriptionReport, now) in
                SubscriptionListing.details(report, now: now)
            }
        }
    }

    /// The name of one.
    struct Name: ParsableArguments {
        @Argument(help: "The name it is declared under.")
        var name: String

        func validate() throws { try Self.check(self.name) }

        static func check(_ name: String) throws {
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }) else {
                throw ValidationError("A name has letters, digits, hyphens and underscores only.")
            }
        }
    }

    /// Asking Graph itself, with no server in between.
    struct Directly: ParsableArguments {
        @Flag(name: .customLong("graph"), help: "Ask Graph itself, with the accounts of the configuration; no server is needed.")
        var asksGraph = false
        @Flag(help: "With --graph: sign in as a person, by a code that is typed in elsewhere.")
        var deviceCode = false

        func validate() throws {
            guard self.asksGraph || !self.deviceCode else { throw ValidationError("--device-code needs --graph.") }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all of them, with their health.")

        @OptionGroup var options: Options
        @OptionGroup var directly: Directly

        func run() async throws {
            guard self.directly.asksGraph else {
                return try await self.options.show(.GET, "subscriptions") { (listed: Listed<SubscriptionReport>, now) in
                    SubscriptionListing.table(listed.value, now: now)
                }
            }
            let settings = try await self.options.configuration.settings()
            let reports = try await GraphLook(settings, deviceCode: self.directly.deviceCode).all()
            try self.options.show(Listed(value: reports)) { listed, now in
                SubscriptionListing.table(listed.value, now: now, none: "Graph has no subscription of these accounts.")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show everything about one.")

        @Argument(help: "The name it is declared under; with --graph, Graph's id.")
        var name: String
        @OptionGroup var options: Options
        @OptionGroup var directly: Directly

        func validate() throws {
            if !self.directly.asksGraph { try Name.check(self.name) }
        }

        func run() async throws {
            guard self.directly.asksGraph else {
                return try await self.options.show(.GET, "subscriptions/\(self.name)")
            }
            let settings = try await self.options.configuration.settings()
            let report = try await GraphLook(settings, deviceCode: self.directly.deviceCode).one(self.name)
            try self.options.show(report) { report, now in SubscriptionListing.table([report], now: now, none: "") }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Declare another one, which is kept across restarts.",
            discussion: "It is created at Graph at once. What belongs to the configuration file is better declared there."
        )

        @OptionGroup var name: Name
        @Option(help: "What to watch, for example users/sales@example.com/messages.")
        var resource: String
        @Option(help: "Which kinds of change: created,updated,deleted, or some of them.")
        var changeType: String?
        @Option(help: "The account that keeps it, if there are several.")
        var account: String?
        @Option(help: "How long Graph is asked to keep it at a time.")
        var lifetimeMinutes: Int?
        @Flag(help: "Updates bring the object that changed.")
        var includeResourceData = false
        @OptionGroup var options: Options

        func run() async throws {
            let declaration = SubscriptionDeclaration(
                name: self.name.name, resource: self.resource, changeType: self.changeType, account: self.account,
                lifetimeMinutes: self.lifetimeMinutes, includeResourceData: self.includeResourceData ? true : nil
            )
            try await self.options.show(.POST, "subscriptions", body: declaration)
        }
    }

    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Renew one now, or create it if Graph does not know it.")

        @OptionGroup var name: Name
        @OptionGroup var options: Options

        func run() async throws { try await self.options.show(.POST, "subscriptions/\(self.name.name)/renew") }
    }

    struct Recreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete one at Graph, and create it anew.")

        @OptionGroup var name: Name
        @OptionGroup var options: Options

        func run() async throws { try await self.options.show(.POST, "subscriptions/\(self.name.name)/recreate") }
    }

    struct Reauthorize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Authorize one anew, without renewing it.")

        @OptionGroup var name: Name
        @OptionGroup var options: Options

        func run() async throws { try await self.options.show(.POST, "subscriptions/\(self.name.name)/reauthorize") }
    }

    struct CatchUp: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Look for what may have been missed of one.")

        @OptionGroup var name: Name
        @OptionGroup var options: Options

        func run() async throws { try await self.options.show(.POST, "subscriptions/\(self.name.name)/catch-up") }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete one at Graph, and take its declaration back.")

        @OptionGroup var name: Name
        @OptionGroup var options: Options

        func run() async throws {
            try await self.options.show(.DELETE, "subscriptions/\(self.name.name)") {
                (deleted: SubscriptionRegistry.Deletion, _) in
                [deleted.message]
            }
        }
    }

    struct Orphans: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what Graph sends here, and nobody declared.")

        @OptionGroup var options: Options

        func run() async throws {
            try await self.options.show(.GET, "orphans") { (listed: Listed<GraphReport>, now) in
                SubscriptionListing.table(listed.value, now: now, none: "Nothing was left behind.")
            }
        }
    }
}
