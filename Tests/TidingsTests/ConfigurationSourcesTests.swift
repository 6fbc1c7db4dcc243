import Configuration
import Testing

@testable import tidings

struct ConfigurationSourcesTests {
    private func sources(
        _ yaml: String = "", environment: [String: String] = [:],
        options: [(key: ConfigurationKey, value: ConfigContent)] = [], assignments: [String] = []
    ) async throws -> ConfigurationSources {
        try await withTemporaryDirectory { directory in
            try TextFile.store(yaml, to: directory + "/t.yaml")
            return try await ConfigurationSources(
                file: directory + "/t.yaml", environment: environment, options: options, assignments: assignments
            )
        }
    }

    @Test func optionsCountMoreThanAssignmentsThanTheEnvironmentThanTheFileThanDefaults() async throws {
        let yaml = "http:\n  port: 1\n  host: localhost\n"
        let environment = ["TIDINGS_HTTP_PORT": "2", "TIDINGS_STORAGE_RETENTION_DAYS": "3", "PATH": "/bin"]
        let sources = try await self.sources(yaml, environment: environment)
        #expect(sources.reader.integer(.port) == 2)
        #expect(sources.reader.text(.host) == "localhost")
        #expect(sources.reader.integer(.retentionDays) == 3)
        #expect(sources.reader.integer(.retentionMegabytes) == 1024)
        #expect(sources.reader.text(.publicURL) == nil)

        let assigned = try await self.sources(yaml, environment: environment, assignments: ["http.port=4"])
        #expect(assigned.reader.integer(.port) == 4)
        let given = try await self.sources(
            yaml, environment: environment, options: [(.port, .int(5))], assignments: ["http.port=4"]
        )
        #expect(given.reader.integer(.port) == 5)
    }

    @Test func listsComeFromEverySource() async throws {
        let yaml = "subscriptions:\n  sales:\n    changeTypes: [created]\n"
        #expect(try await self.sources(yaml).reader.list(.changeTypes, of: "sales") == ["created"])
        let environment = ["TIDINGS_SUBSCRIPTIONS_SALES_CHANGE_TYPES": "created, deleted"]
        let reader = try await self.sources(yaml, environment: environment).reader
        #expect(reader.list(.changeTypes, of: "sales") == ["created", "deleted"])
        let assignments = ["subscriptions.sales.changeTypes=updated"]
        #expect(
            try await self.sources(yaml, assignments: assignments).reader.list(.changeTypes, of: "sales") == ["updated"]
        )
    }

    @Test func anEmptyVariableIsNone() async throws {
        let sources = try await self.sources(environment: ["TIDINGS_HTTP_PORT": "", "TIDINGS_HTTP_PROT": ""])
        #expect(sources.reader.integer(.port) == 8080)
    }

    @Test(arguments: [
        (
            ["TIDINGS_HTTP_PROT": "1"],
            "The environment variable TIDINGS_HTTP_PROT is not a setting; did you mean TIDINGS_HTTP_PORT?"
        ),
        (["TIDINGS_HTTP_PORT": "x"], "TIDINGS_HTTP_PORT must be a whole number from 1 to 65535."),
        (
            ["TIDINGS_LOG_LEVEL": "inf"],
            "TIDINGS_LOG_LEVEL must be trace, debug, info, notice, warning, error or critical, and not inf; "
                + "did you mean info?"
        ),
        (
            ["TIDINGS_SUBSCRIPTIONS_X_RESOURCE": "a"],
            "The environment variable TIDINGS_SUBSCRIPTIONS_X_RESOURCE is not a setting; "
                + "remove it, or see tidings.example.yaml for those there are."
        ),
    ])
    func aWrongVariableIsRefused(environment: [String: String], sentence: String) async throws {
        await #expect(throws: Failure(sentence)) { try await self.sources(environment: environment) }
    }

    @Test func variablesOfTheTestsAreNotSettings() async throws {
        _ = try await self.sources(environment: ["TIDINGS_TEST_KILLS": "5", "TIDINGS_BINARY": "x", "TIDINGS_BENCHMARKS": "1"])
    }

    @Test(arguments: [
        ("http.port", "--set needs a key and a value, such as --set http.port=8080."),
        ("http.prot=1", "--set: there is no key http.prot; did you mean http.port?"),
        ("http.port=x", "http.port must be a whole number from 1 to 65535."),
        ("subscriptions.x.resource=a", "--set: subscriptions.x is not in the configuration file."),
        (
            "clients.token=0123456789abcdef",
            "clients.token is a secret, which others could read off the command line; set TIDINGS_CLIENTS_TOKEN instead."
        ),
    ])
    func aWrongAssignmentIsRefused(assignment: String, sentence: String) async throws {
        await #expect(throws: Failure(sentence)) { try await self.sources(assignments: [assignment]) }
    }

    @Test func withoutAFileThereAreDefaults() async throws {
        let sources = try await ConfigurationSources(file: nil, environment: [:])
        #expect(sources.reader.text(.directory) == "tidings-data")
        #expect(sources.names.subscriptions.isEmpty)
    }

    @Test func aMissingFileIsOneSentence() async throws {
        await #expect(throws: Failure("The configuration file /nowhere/t.yaml does not exist; name another with --config.")) {
            try await ConfigurationSources(file: "/nowhere/t.yaml", environment: [:])
        }
    }

    @Test func aDirectoryIsNoFile() async throws {
        await #expect(throws: Failure.self) { try await ConfigurationSources(file: "/tmp", environment: [:]) }
    }

    /// What we say a variable is called must be what the library reads.
    @Test func everyKeyCanBeSetInTheEnvironment() async throws {
        for key in ConfigurationKey.all {
            let name = key.components.contains(ConfigurationKey.wildcard) ? "aName-2" : nil
            let value =
                switch key.kind {
                case .text: "text"
                case .integer(let range): "\(range.upperBound)"
                case .boolean: "true"
                case .choice(let words): words.last ?? ""
                case .list(let words): words?.last ?? "word"
                }
            let sources = try await self.sources(
                "subscriptions:\n  aName-2:\n    resource: r\ngraph:\n  accounts:\n    aName-2:\n      tenantId: t\n",
                environment: [key.environmentVariable(of: name): value]
            )
            switch key.kind {
            case .text, .choice: #expect(sources.reader.text(key, of: name) == value)
            case .integer: #expect(sources.reader.integer(key, of: name) == Int(value))
            case .boolean: #expect(sources.reader.boolean(key, of: name))
            case .list: #expect(sources.reader.list(key, of: name) == [value])
            }
        }
    }
}
