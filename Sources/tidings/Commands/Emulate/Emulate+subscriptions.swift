import ArgumentParser

extension Emulate {
    /// `tidings emulate lose`
    struct Lose: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that notifications of a subscription were lost ('missed'), or lose the next ones."
        )

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "The subscription's id.")
        var id: String
        @Option(help: "Lose so many of the next notifications, and say so then.")
        var next: Int?

        func run() async throws {
            let path = "subscriptions/\(self.id.percentEncoded())/lose"
            let client = try self.emulator.client()
            guard let next else {
                return try Terminal.say(try await client.post(path, as: EmulatorReport.Event.self).text)
            }
            let fault = try await client.post(path, ["next": .integer(next)], as: EmulatorReport.Fault.self)
            try Terminal.say("Fault \(fault.text)")
        }
    }

    /// `tidings emulate remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a subscription as Graph does when something behind it changes ('subscriptionRemoved')."
        )

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "The subscription's id.")
        var id: String

        func run() async throws {
            let event = try await self.emulator.client().post(
                "subscriptions/\(self.id.percentEncoded())/remove", as: EmulatorReport.Event.self
            )
            try Terminal.say("The subscription is gone. " + event.text)
        }
    }

    /// `tidings emulate reauthorize`
    struct Reauthorize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask for a new authorization of a subscription now ('reauthorizationRequired')."
        )

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "The subscription's id.")
        var id: String
        @Flag(help: "The present authorization ends.")
        var revoke = false

        func run() async throws {
            let event = try await self.emulator.client().post(
                "subscriptions/\(self.id.percentEncoded())/reauthorize", ["revoke": .flag(self.revoke)],
                as: EmulatorReport.Event.self
            )
            try Terminal.say(event.text)
        }
    }

    /// `tidings emulate authorization`
    struct Authorization: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the authorization of a subscription end, now or so long from now."
        )

        private struct Answer: Decodable {
            var authorizedUntil: String
        }

        @OptionGroup var emulator: AdminOptions
        @Argument(help: "The subscription's id.")
        var id: String
        @Option(help: "How long it still holds: 10m, PT1H.")
        var endsIn: String?

        func run() async throws {
            let answer = try await self.emulator.client().post(
                "subscriptions/\(self.id.percentEncoded())/authorization", ["endsIn": self.endsIn.map { .text($0) }],
                as: Answer.self
            )
            try Terminal.say("It is authorized until \(answer.authorizedUntil).")
        }
    }
}
