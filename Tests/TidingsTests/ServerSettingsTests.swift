import GraphNotifications
import SQLiteStorage
import SignalRAuthentication
import Testing

@testable import tidings

struct ServerSettingsTests {
    private func settings(_ yaml: String, _ environment: [String: String] = [:]) async throws -> ServerSettings {
        try await withTemporaryDirectory { directory in
            try TextFile.store(yaml, to: directory + "/t.yaml")
            return try ServerSettings(
                await ConfigurationSources(file: directory + "/t.yaml", environment: environment)
            )
        }
    }

    private static let graph = "graph:\n  tenantId: t\n  clientId: c\n"
    private static let secret = ["TIDINGS_GRAPH_CLIENT_SECRET": "s"]
    private static let whole =
        "http:\n  publicUrl: https://t.example.com\n" + Self.sales + Self.graph + "  clientSecret: s\n"
    private static let sales = "subscriptions:\n  sales:\n    resource: users/a/messages\n"

    @Test func withoutAnythingItIsALocalRelay() async throws {
        let settings = try await self.settings("")
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8080)
        #expect(settings.drainWindow == .seconds(1))
        #expect(settings.accounts.isEmpty)
        #expect(settings.managed.isEmpty)
        #expect(settings.retention.logAge == .seconds(7 * 86_400))
        #expect(settings.retention.logBytes == 1 << 30)
    }

    @Test func anExternalSubscriptionNeedsNoGraph() async throws {
        let settings = try await self.settings("subscriptions:\n  load:\n    id: 7-6\n    clientState: s\n")
        #expect(
            settings.external == [
                .init(name: "load", id: "7-6", clientState: "s", changeTypes: [.created, .updated, .deleted])
            ]
        )
        #expect(settings.accounts.isEmpty)
    }

    @Test func aManagedSubscriptionIsReadWhole() async throws {
        let yaml =
            Self.graph + "http:\n  publicUrl: https://t.example.com/\n" + Self.sales
            + "    changeTypes: [created]\n    lifetimeMinutes: 60\n"
        let settings = try await self.settings(yaml, Self.secret)
        #expect(
            settings.managed == [
                .init(name: "sales", resource: "users/a/messages", changeTypes: .created, lifetime: .seconds(3600))
            ]
        )
        #expect(settings.publicURL == "https://t.example.com")
        #expect(settings.accounts.first?.proof == .secret("s"))
        #expect(settings.accounts.first?.endpoint == "https://graph.microsoft.com/v1.0")
    }

    @Test func objectsAreFetchedWhereItIsAskedFor() async throws {
        let yaml = Self.whole + "  fetchSeconds: 4\n  catchUp: false\n"
        let plain = try await self.settings(yaml)
        #expect(plain.fetchRules.isEmpty && plain.fetchDelay == .seconds(4) && !plain.catchesUp)
        let fetching = yaml.replacing("/messages\n", with: "/messages\n    fetch:\n      select: [subject, body/content]\n")
        let settings = try await self.settings(fetching)
        #expect(settings.fetchRules == ["sales": FetchRule(select: ["subject", "body/content"])])
        #expect(settings.managed.map(\.fetched) == [["subject", "body/content"]])
        // What notifications bring is fetched for what is found without them.
        let rich = yaml.replacing("/messages\n", with: "/messages?$select=subject\n    includeResourceData: true\n")
        #expect(
            try await self.settings(rich).fetchRules == ["sales": FetchRule(select: ["subject"], isForRecoveredOnly: true)]
        )
    }

    @Test func whatCannotBeFetchedIsRefusedInOneSentence() async throws {
        let selections = ["[]": "must name the properties", #"["sub ject"]"#: "must name the properties"]
        for (selection, words) in selections {
            let yaml = Self.whole.replacing("/messages\n", with: "/messages\n    fetch:\n      select: \(selection)\n")
            await #expect { try await self.settings(yaml) } throws: { "\($0)".contains(words) }
        }
        let both = Self.whole.replacing(
            "/messages\n",
            with: "/messages?$select=subject\n    includeResourceData: true\n    fetch:\n      select: [subject]\n"
        )
        await #expect { try await self.settings(both) } throws: { "\($0)".contains("remove one of the two") }
        let alone = "subscriptions:\n  load:\n    id: 7-6\n    clientState: s\n    fetch:\n      select: [subject]\n"
        await #expect { try await self.settings(alone) } throws: { "\($0)".contains("to fetch the objects of") }
    }

    @Test func whatWasDeclaredBeforeCanStillBeDeleted() async throws {
        let settings = try await self.settings(Self.graph + "http:\n  publicUrl: https://t.example.com\n", Self.secret)
        #expect(settings.managed.isEmpty)
        #expect(settings.accounts.count == 1)
    }

    private static let tokens =
        "clients:\n  authentication: jwt\n  issuer: https://i.example/v2.0\n  audience: tidings\n"

    private static let wrong: [(yaml: String, words: String)] = [
        (Self.sales, "graph.tenantId is needed"),
        (Self.sales + Self.graph, "graph.clientSecret is needed"),
        ("http:\n  host: 0.0.0.0\n", "Others can reach 0.0.0.0"),
        ("http:\n  host: 10.0.0.1\n", "clients.authentication"),
        ("clients:\n  authentication: token\n", "clients.token must be set"),
        ("clients:\n  authentication: token\n  token: short\n", "at least 16 characters"),
        ("clients:\n  token: 0123456789abcdef\n", "nobody asks for it"),
        ("clients:\n  authentication: jwt\n", "clients.issuer and clients.audience must be set"),
        (Self.tokens.replacing("https", with: "http"), "clients.issuer must begin with https://"),
        (Self.tokens + "  jwksUrl: http://i.example/keys\n", "clients.jwksUrl must begin with https://"),
        ("clients:\n  audience: tidings\n", "clients.audience is set but of no use"),
        ("clients:\n  scopes: [Updates.Read]\n", "clients.scopes is set but of no use"),
        (Self.tokens + "  token: 0123456789abcdef\n", "nobody asks for it"),
        ("http:\n  publicUrl: http://tidings.example.com\n", "http.publicUrl must begin with https://"),
        ("http:\n  publicUrl: tidings.example.com\n", "http.publicUrl must begin with https://"),
        (Self.graph + "  clientSecret: s\n" + Self.sales, "http.publicUrl is needed"),
        (Self.whole + "  endpoint: http://evil.example.com\n", "graph.endpoint must begin with https://"),
        (Self.whole + "  endpoint: http://127.0.0.1@evil.example.com\n", "graph.endpoint must begin with https://"),
        (Self.whole + "  authority: ftp://127.0.0.1\n", "graph.authority must begin with https://"),
        ("subscriptions:\n  a:\n    changeTypes: [created]\n", "subscriptions.a.resource is needed"),
        ("subscriptions:\n  a:\n    id: x\n", "subscriptions.a.clientState is needed"),
        ("subscriptions:\n  a:\n    resource: x\n    clientState: y\n", "subscriptions.a.clientState only belongs"),
        (Self.sales + "    lifetimeMinutes: 43000\n", "sales"),
    ]

    @Test(arguments: Self.wrong)
    func whatDoesNotFitTogetherIsRefused(yaml: String, words: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await self.settings(yaml) }
        let sentence = try #require(failure?.description)
        #expect(sentence.contains(words), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }

    @Test func clientsThatSignInMayComeFromAnywhere() async throws {
        let settings = try await self.settings(
            "http:\n  host: 0.0.0.0\nclients:\n  authentication: token\n  topics: [all]\n",
            ["TIDINGS_CLIENTS_TOKEN": "0123456789abcdef"]
        )
        guard case .token(let secret) = settings.clientAuthentication else {
            Issue.record("no authentication")
            return
        }
        #expect(secret.matches("0123456789abcdef"))
        #expect(settings.clientTopics == ["all"])
        #expect(settings.localURL == "http://127.0.0.1:8080")
    }

    @Test func usersMayComeWithTokensOfTheirOwn() async throws {
        let settings = try await self.settings(
            "http:\n  host: 0.0.0.0\n  drainSeconds: 5\n" + Self.tokens + "  userIdClaim: email\n  scopes: [Updates.Read]\n"
        )
        #expect(settings.drainWindow == .seconds(5))
        guard case .jwt(let tokens) = settings.clientAuthentication else {
            Issue.record("no authentication")
            return
        }
        #expect(tokens.issuers == ["https://i.example/v2.0"])
        #expect(tokens.audiences == ["tidings"])
        #expect(tokens.userIDClaim == "email")
        #expect(tokens.requiredScopes == ["Updates.Read"])
        // What is everybody's is a decision.
        #expect(settings.clientTopics.isEmpty)
        // An issuer may be called anything when its keys are elsewhere.
        let other = try await self.settings(
            Self.tokens.replacing("https://i.example/v2.0", with: "contoso") + "  jwksUrl: https://i.example/keys\n"
                + "  topics: [all]\n"
        )
        #expect(other.clientTopics == ["all"])
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("[::1]", true), ("LOCALHOST", true), ("0.0.0.0", false),
        ("::", false), ("127.0.0.1.example.com", false), ("127.0.0", false), ("127.0.0.256", false), ("", false),
    ])
    func loopbackIsKnown(host: String, isLoopback: Bool) {
        #expect(ServerSettings.isLoopback(host) == isLoopback)
    }
}
