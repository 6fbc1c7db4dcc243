import ArgumentParser

extension Emulate {
    /// `tidings emulate permissions`
    struct Permissions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show tenants, applications and what these may do.")

        @OptionGroup var emulator: AdminOptions
        @Flag(help: "Show them as the JSON they are.")
        var json = false

        func run() async throws {
            let client = try self.emulator.client()
            let body = try await client.get("tenants")
            guard !self.json else { return try Terminal.say(body) }
            let tenants: EmulatorReport.Tenants = try client.decode(body)
            for tenant in tenants.tenants { try Terminal.say(tenant.text) }
        }
    }

    /// What permission is meant, and whose.
    struct PermissionOptions: ParsableArguments {
        @Argument(help: "The permission, such as Mail.Read.")
        var permission: String
        @Argument(help: "The application's id or name.")
        var application: String
        @Option(help: "The tenant's id or name; the first one with this application, if it is left out.")
        var tenant: String?
        @Flag(help: "For what the application does for users.")
        var delegated = false

        var members: [String: EmulatorClient.Value?] {
            [
                "permission": .text(self.permission), "application": .text(self.application),
                "tenant": self.tenant.map { .text($0) }, "delegated": .flag(self.delegated),
            ]
        }
    }

    /// `tidings emulate grant`
    struct Grant: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give an application a permission, which its next token has."
        )

        @OptionGroup var emulator: AdminOptions
        @OptionGroup var options: PermissionOptions

        func run() async throws {
            let application = try await self.emulator.client().post(
                "permissions/grant", self.options.members, as: EmulatorReport.Application.self
            )
            try Terminal.say(application.text)
        }
    }

    /// `tidings emulate revoke`
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a permission from an application; subscriptions that needed it lose their authorization."
        )

        @OptionGroup var emulator: AdminOptions
        @OptionGroup var options: PermissionOptions

        func run() async throws {
            let application = try await self.emulator.client().post(
                "permissions/revoke", self.options.members, as: EmulatorReport.Application.self
            )
            try Terminal.say(application.text)
        }
    }

    /// `tidings emulate rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign tokens with a new key from now on; the one before is served for a while more."
        )

        @OptionGroup var emulator: AdminOptions

        func run() async throws {
            let keys = try await self.emulator.client().post("keys", as: EmulatorReport.Keys.self).keys
            for (index, key) in keys.enumerated() { try Terminal.say("\(key)  \(index == 0 ? "signs" : "is served")") }
        }
    }

    /// `tidings emulate reset`
    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin anew: no subscriptions, deliveries and faults, and the data of the start."
        )

        @OptionGroup var emulator: AdminOptions
        @Option(help: ArgumentHelp("With these tenants, users and applications: a YAML or JSON file.", valueName: "file"))
        var seed: String?

        func run() async throws {
            let client = try self.emulator.client()
            if let seed {
                try await client.post("seed", value: try EmulatorFiles.seed(seed))
            } else {
                try await client.post("reset")
            }
            try Terminal.say("The emulator has begun anew.")
        }
    }
}
