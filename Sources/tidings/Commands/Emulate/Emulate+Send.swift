import ArgumentParser

extension Emulate {
    /// `tidings emulate send`: through Graph's own path, as anybody could.
    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a message into a mailbox.")

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "The mailbox: a user's name or id; the first one, if it is left out.")
        var user: String?
        @Option(help: "The message's subject.")
        var subject = "Hello"
        @Option(help: "The message's text.")
        var text = "Hello from the command line."
        @Option(help: "How many messages.")
        var count = 1

        private static let mostMessages = 100_000

        private struct Message: Encodable {
            struct Body: Encodable {
                var contentType = "text"
                var content: String
            }

            var subject: String
            var body: Body
        }

        private struct Created: Decodable {
            var id: String
        }

        func validate() throws {
            guard (1...Self.mostMessages).contains(self.count) else {
                throw ValidationError("--count must be a number from 1 to \(Self.mostMessages).")
            }
        }

        func run() async throws {
            let client = try self.emulator.client()
            let about = try await client.get("", as: EmulatorReport.About.self)
            guard let graph = about.graph, let user = self.user ?? about.mailboxes.first else {
                throw Failure("The emulator at \(self.emulator.admin) has no mailbox that could be written to.")
            }
            let message = Message(subject: self.subject, body: Message.Body(content: self.text))
            for _ in 0..<self.count {
                let answer = try await client.postToGraph("\(graph)/v1.0/users/\(user.percentEncoded())/messages", message)
                let created: Created = try client.decode(answer)
                try Terminal.say("\(user)  \(created.id)".withoutControlCharacters)
            }
        }
    }
}
