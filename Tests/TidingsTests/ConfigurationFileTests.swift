import Testing

@testable import tidings

struct ConfigurationFileTests {
    private func problem(_ yaml: String) -> String? {
        do {
            _ = try ConfigurationFile(checking: yaml, path: "t.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: ["", "# nothing\n", "~\n", "---\n", "http:\n", "http:\n\nsubscriptions:\n"])
    func aFileMaySayNothing(yaml: String) {
        #expect(self.problem(yaml) == nil)
    }

    @Test func namesOfSubscriptionsAreFound() throws {
        let file = try ConfigurationFile(
            checking: """
                subscriptions:
                  b-2: { resource: users/x/messages, changeTypes: [created] }
                  a_1: { id: "5", clientState: s }
                """,
            path: "t.yaml"
        )
        #expect(file.names.subscriptions == ["b-2", "a_1"])
        #expect(!file.isEmpty)
    }

    @Test(arguments: [
        ("graph:\n  tenentId: x\n", "t.yaml, line 2: there is no key graph.tenentId; did you mean graph.tenantId?"),
        ("http:\n  port: eighty\n", "t.yaml, line 2: http.port must be a whole number from 1 to 65535."),
        ("http:\n  port: 70000\n", "t.yaml, line 2: http.port must be a whole number from 1 to 65535."),
        ("http:\n  port: [1]\n", "t.yaml, line 2: http.port must be a whole number from 1 to 65535, and not a list."),
        ("http:\n  port: {a: 1}\n", "t.yaml, line 2: http.port must be a whole number from 1 to 65535."),
        ("http:\n  port:\n", "t.yaml, line 2: http.port has no value; give it one or remove the line."),
        ("http:\n  host: ''\n", "t.yaml, line 2: http.host must not be empty."),
        ("http: 5\n", "t.yaml, line 1: http must hold keys of its own, such as host, and not a value."),
        ("port: 8080\n", "t.yaml, line 1: there is no key port; did you mean http.port?"),
        ("banana: 1\n", "t.yaml, line 1: there is no key banana; tidings.example.yaml shows those there are."),
        ("- a\n", "t.yaml must hold keys and their values, such as http: and port: 8080."),
        (
            "subscriptions:\n  a:\n    changeTypes: [creatd]\n",
            "t.yaml, line 3: subscriptions.a.changeTypes must be created, updated or deleted, and not creatd; "
                + "did you mean created?"
        ),
        (
            "subscriptions:\n  a:\n    changeTypes: created\n",
            "t.yaml, line 3: subscriptions.a.changeTypes must be a list, such as [one, two]."
        ),
        (
            "clients:\n  authentication: password\n",
            "t.yaml, line 2: clients.authentication must be none, token or jwt, and not password."
        ),
        (
            "subscriptions:\n  a.b:\n    resource: x\n",
            "t.yaml, line 2: the name a.b may hold letters, digits, hyphens and underscores only, 64 at most."
        ),
    ])
    func whatMeansNothingIsRefused(yaml: String, sentence: String) {
        #expect(self.problem(yaml) == sentence)
    }

    @Test(arguments: [
        "http: [1, 2\n", "a: b: c\n", "\tx", "http:\n  port: 1\n  port: 2\n", "a: 'x\n", "a: *b\n", "--- a\n--- b\n",
    ])
    func whatIsNotYAMLIsOneSentenceThatNamesTheFile(yaml: String) throws {
        let problem = try #require(self.problem(yaml))
        #expect(problem.hasPrefix("t.yaml"))
        #expect(!problem.contains("\n"))
        #expect(problem.hasSuffix("."))
    }

    @Test func aSecretIsNotRepeated() {
        let yaml = "clients:\n  token: [very-secret]\n"
        #expect(self.problem(yaml) == "t.yaml, line 2: clients.token must be a text, and not a list.")
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        let problem = try #require(self.problem("\"a\\e[31m\": 1\n"))
        #expect(problem.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }
}
