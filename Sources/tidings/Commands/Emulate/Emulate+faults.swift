import ArgumentParser

extension Emulate {
    /// `tidings emulate throttle`
    struct Throttle: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Answer requests about subscriptions with 429.")

        @OptionGroup var emulator: AdminOptions
        @Option(help: "So many requests; all until --off, if it is left out.")
        var count: Int?
        @Option(help: ArgumentHelp("What Retry-After says; 5, if it is left out.", valueName: "seconds"))
        var retryAfter: Double?
        @Option(help: "How it says that: seconds, decimal, date, or none at all.")
        var style: String?
        @Flag(help: "Stop it.")
        var off = false

        func run() async throws {
            let client = try self.emulator.client()
            guard !self.off else {
                try await client.delete("throttle")
                return try Terminal.say("Requests are answered again.")
            }
            let fault = try await client.post(
                "throttle",
                [
                    "count": self.count.map { .integer($0) }, "retryAfter": self.retryAfter.map { .number($0) },
                    "retryAfterStyle": self.style.map { .text($0) },
                ],
                as: EmulatorReport.Fault.self
            )
            try Terminal.say("Fault \(fault.text)")
        }
    }

    /// `tidings emulate fault`
    struct FaultCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fault", abstract: "Let something go wrong.", subcommands: [Add.self, List.self, Clear.self],
            defaultSubcommand: List.self
        )

        /// `tidings emulate fault add`
        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Set a fault.",
                discussion: """
                    It happens to whatever is sent, unless a place is named. For requests to Graph (--route) and deliveries: \
                    status, delay, timeout, drop; for requests only: doneButStatus; for deliveries only: slowAnswer, duplicate, \
                    reorder, missed, removal, content, tokens.
                    """
            )

            @OptionGroup var emulator: AdminOptions
            @Argument(help: "What happens.")
            var effect: String
            @Option(help: ArgumentHelp("Requests like 'POST /v1.0/subscriptions'.", valueName: "method path"))
            var route: String?
            @Option(help: "What is sent for this subscription.")
            var subscription: String?
            @Option(help: "What is sent to this URL.")
            var endpoint: String?
            @Option(help: "The status that is answered.")
            var status: Int?
            @Option(help: ArgumentHelp("What Retry-After says.", valueName: "seconds"))
            var retryAfter: Double?
            @Option(help: "How it says that: seconds, decimal or date.")
            var style: String?
            @Option(help: "How long: 4s, PT1M.")
            var duration: String?
            @Option(help: "What is wrong with encrypted content or validation tokens.")
            var flaw: String?
            @Option(help: "How likely it is each time, 0 to 1.")
            var probability: Double?
            @Option(help: "How often it happens.")
            var count: Int?

            func run() async throws {
                let fault = try await self.emulator.client().post(
                    "faults",
                    [
                        "effect": .text(self.effect), "route": self.route.map { .text($0) },
                        "subscription": self.subscription.map { .text($0) }, "endpoint": self.endpoint.map { .text($0) },
                        "status": self.status.map { .integer($0) }, "retryAfter": self.retryAfter.map { .number($0) },
                        "retryAfterStyle": self.style.map { .text($0) }, "duration": self.duration.map { .text($0) },
                        "flaw": self.flaw.map { .text($0) }, "probability": self.probability.map { .number($0) },
                        "count": self.count.map { .integer($0) },
                    ],
                    as: EmulatorReport.Fault.self
                )
                try Terminal.say("Fault \(fault.text)")
            }
        }

        /// `tidings emulate fault list`
        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Show the faults that are set.")

            @OptionGroup var emulator: AdminOptions

            func run() async throws {
                let faults = try await self.emulator.client().get("faults", as: EmulatorReport.Faults.self).faults
                guard !faults.isEmpty else { return try Terminal.say("No faults are set.") }
                for fault in faults { try Terminal.say(fault.text.withoutControlCharacters) }
            }
        }

        /// `tidings emulate fault clear`
        struct Clear: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Remove one fault, or all.")

            @OptionGroup var emulator: AdminOptions
            @Argument(help: "The fault's number; all, if it is left out.")
            var number: Int?

            func run() async throws {
                try await self.emulator.client().delete(self.number.map { "faults/\($0)" } ?? "faults")
                try Terminal.say(self.number.map { "Fault \($0) is removed." } ?? "All faults are removed.")
            }
        }
    }
}
