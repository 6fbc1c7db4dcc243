import ArgumentParser
import AsyncHTTPClient

extension Emulate {
    /// `tidings emulate deliveries`
    struct Deliveries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what was sent: attempts, status and latency of each POST."
        )

        @OptionGroup var emulator: AdminOptions
        @Option(help: "Only those for this subscription.")
        var subscription: String?
        @Option(help: "Only those to this URL.")
        var url: String?
        @Option(help: "Only those that are sending, waiting, delivered, lost or dropped.")
        var outcome: String?
        @Option(help: ArgumentHelp("Only those after this one.", valueName: "number"))
        var after: Int?
        @Option(help: "So many at most, from 1 to 1000.")
        var limit: Int?
        @Flag(help: "Go on, and show each as it changes.")
        var follow = false
        @Flag(help: "Show them as the JSON they are.")
        var json = false

        func validate() throws {
            guard !self.follow || self.limit == nil else { throw ValidationError("--follow has no --limit.") }
        }

        func run() async throws {
            let client = try self.emulator.client()
            do {
                if self.follow { return try await self.follow(client) }
                let body = try await client.get(self.path)
                guard !self.json else { return try Terminal.say(body) }
                let deliveries: EmulatorReport.Deliveries = try client.decode(body)
                try Terminal.say(EmulatorReport.Delivery.head)
                for delivery in deliveries.deliveries { try Terminal.say(delivery.text) }
            } catch is Terminal.Closed {
                // Whoever read has seen enough.
            }
        }

        private func follow(_ client: EmulatorClient) async throws {
            let events = try await client.events(self.path)
            if !self.json { try Terminal.say(EmulatorReport.Delivery.head) }
            var parser = ServerSentEventParser()
            var iterator = events.makeAsyncIterator()
            // However the connection ends, the emulator did.
            while let bytes = (try? await iterator.next()) ?? nil {
                for event in try parser.feed(bytes) {
                    switch event.name {
                    case "delivery" where self.json: try Terminal.say(event.data)
                    case "delivery":
                        let delivery: EmulatorReport.Delivery = try client.decode(event.data)
                        try Terminal.say(delivery.text)
                    case "reset": Terminal.complain("The emulator began anew.")
                    default: break
                    }
                }
            }
            throw Failure("The emulator at \(self.emulator.admin) has ended.")
        }

        private var path: String {
            let query = [
                ("subscription", self.subscription), ("url", self.url), ("outcome", self.outcome),
                ("after", self.after.map(String.init)), ("limit", self.limit.map(String.init)),
            ].compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }
            return query.isEmpty ? "deliveries" : "deliveries?" + query.joined(separator: "&")
        }
    }

    /// `tidings emulate state`
    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show subscriptions, endpoints, faults and the clock.")

        @OptionGroup var emulator: AdminOptions
        @Flag(help: "Show it as JSON, with client states.")
        var json = false

        func run() async throws {
            let client = try self.emulator.client()
            let body = try await client.get("state")
            guard !self.json else { return try Terminal.say(body) }
            let state: EmulatorReport.State = try client.decode(body)
            try Terminal.say(state.text)
        }
    }
}
