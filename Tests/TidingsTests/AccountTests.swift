import GraphNotifications
import Testing

@testable import tidings

struct AccountTests {
    private func settings(_ yaml: String, _ environment: [String: String] = [:]) async throws -> ServerSettings {
        try await withTemporaryDirectory { directory in
            try TextFile.store("http:\n  publicUrl: https://t.example.com\n" + yaml, to: directory + "/t.yaml")
            return try ServerSettings(
                await ConfigurationSources(file: directory + "/t.yaml", environment: environment)
            )
        }
    }

    private static let sales = "subscriptions:\n  sales:\n    resource: users/a/messages\n"
    private static let graph = sales + "graph:\n  tenantId: t\n  clientId: c\n"
    private static let id = "0e9a5b71-23cd-4f60-b8a4-77d1c6e0f235"

    private static let proofs: [(yaml: String, environment: [String: String], proof: AccountProof)] = [
        ("  clientSecret: s\n", [:], .secret("s")),
        ("  credential: secret\n", ["TIDINGS_GRAPH_CLIENT_SECRET": "e"], .secret("e")),
        ("  clientCertificate: c.pem\n", [:], .certificate("c.pem")),
        ("  credential: certificate\n  clientCertificate: c.pem\n", [:], .certificate("c.pem")),
        ("  tokenFile: t\n", ["AZURE_FEDERATED_TOKEN_FILE": "other"], .workload("t")),
        ("  credential: workload\n", ["AZURE_FEDERATED_TOKEN_FILE": "a"], .workload("a")),
        ("  credential: managedIdentity\n", [:], .managedIdentity(.systemAssigned)),
        ("  managedIdentity: system\n", [:], .managedIdentity(.systemAssigned)),
        ("  managedIdentity: \(id)\n", [:], .managedIdentity(.clientID(id))),
        ("  managedIdentity: object:\(id)\n", [:], .managedIdentity(.objectID(id))),
        ("  managedIdentity: /subscriptions/1/x\n", [:], .managedIdentity(.resourceID("/subscriptions/1/x"))),
    ]

    @Test(arguments: Self.proofs)
    func theCredentialIsTheOneThatIsGiven(yaml: String, environment: [String: String], proof: AccountProof) async throws {
        let account = try #require(try await self.settings(Self.graph + yaml, environment).accounts.first)
        #expect(account.proof == proof)
        #expect(account.cloud == .global)
        #expect(account.clientID == "c")
    }

    @Test func anIdentityOfTheMachineNeedsNoClientID() async throws {
        let system = try await self.settings(Self.sales + "graph:\n  tenantId: t\n  managedIdentity: system\n").accounts.first
        #expect(system?.clientID == nil)
        let yaml = Self.sales + "graph:\n  tenantId: t\n  managedIdentity: \(Self.id)\n"
        #expect(try await self.settings(yaml).accounts.first?.clientID == Self.id)
    }

    @Test func noDescriptionShowsASecret() async throws {
        let settings = try await self.settings(Self.graph + "  clientSecret: hunter2\n")
        #expect(!"\(settings)".contains("hunter2"))
        #expect(!String(reflecting: settings).contains("hunter2"))
    }

    @Test(arguments: [
        ("usGovernment", GraphCloud.usGovernment), ("usGovernmentDoD", .usGovernmentDoD), ("china", .china), ("global", .global),
    ])
    func aCloudIsKnownByItsName(name: String, cloud: GraphCloud) async throws {
        let account = try await self.settings(Self.graph + "  clientSecret: s\n  cloud: \(name)\n").accounts.first
        #expect(account?.cloud == cloud)
        #expect(account?.endpoint == cloud.baseURL)
    }

    private static let named = "  accounts:\n    fabrikam:\n      tenantId: f\n      clientId: d\n      tokenFile: x\n"

    @Test func severalAccountsLiveInOneProcess() async throws {
        let yaml =
            Self.graph + "  clientSecret: s\n" + Self.named + """
                    other:
                      tenantId: o
                      clientId: p
                      cloud: china
                """
        let environment = [
            "TIDINGS_GRAPH_ACCOUNTS_OTHER_CLIENT_SECRET": "e", "TIDINGS_SUBSCRIPTIONS_SALES_ACCOUNT": "other",
        ]
        let settings = try await self.settings(yaml, environment)
        #expect(settings.accounts.map(\.name) == [nil, "fabrikam", "other"])
        #expect(settings.accounts.map(\.tenantID) == ["t", "f", "o"])
        #expect(settings.accounts.map(\.proof) == [.secret("s"), .workload("x"), .secret("e")])
        #expect(settings.accounts.last?.cloud == .china)
        #expect(settings.managed.map(\.account) == ["other"])
        // Without a name it is the one at graph.
        let other = try await self.settings(yaml, ["TIDINGS_GRAPH_ACCOUNTS_OTHER_CLIENT_SECRET": "e"])
        #expect(other.managed.map(\.account) == [nil])
    }

    @Test func theOnlyAccountNeedsNoMention() async throws {
        let settings = try await self.settings(Self.sales + "graph:\n" + Self.named)
        #expect(settings.accounts.map(\.name) == ["fabrikam"])
        #expect(settings.managed.map(\.account) == ["fabrikam"])
    }

    private static let wrong: [(yaml: String, words: String)] = [
        (
            graph,
            "graph.clientSecret is needed to keep the subscription sales alive, or another credential: "
                + "graph.clientCertificate, graph.tokenFile or graph.managedIdentity; set it, or TIDINGS_GRAPH_CLIENT_SECRET."
        ),
        (graph + "  clientSecret: s\n  tokenFile: t\n", "graph.clientSecret and graph.tokenFile are set"),
        (
            graph + "  credential: secret\n  clientCertificate: c\n",
            "graph.clientCertificate is set but of no use, because graph.credential is secret"
        ),
        (graph + "  credential: secret\n", "graph.credential is secret, so graph.clientSecret must be set"),
        (graph + "  credential: certificate\n", "so graph.clientCertificate must be set: a PEM file"),
        (graph + "  credential: workload\n", "so graph.tokenFile must be set"),
        (graph + "  credential: password\n", "must be secret, certificate, workload or managedIdentity"),
        (graph + "  managedIdentity: mine\n", "graph.managedIdentity must be system, a client id"),
        (graph + "  clientSecret: s\n  cloud: china\n  endpoint: https://g.example/v1.0\n", "both say where Graph is"),
        (sales + "graph:\n  tenantId: common\n  clientId: c\n  clientSecret: s\n", "an application cannot sign in to common"),
        (sales + "graph:\n  tenantId: t\n  clientSecret: s\n", "graph.clientId is needed"),
        (graph + "  accounts:\n    x:\n      tenantId: t\n", "graph.accounts.x.clientId is needed to sign in as the account x"),
        (
            graph + "  clientSecret: s\n" + named.replacing("tokenFile", with: "tokenFiel"),
            "did you mean graph.accounts.fabrikam.tokenFile?"
        ),
        (graph + named, "graph.clientSecret is needed"),
        (
            sales + "    account: fabricam\ngraph:\n" + named,
            "subscriptions.sales.account is fabricam, which is not in graph.accounts; did you mean fabrikam?"
        ),
        (
            sales + "graph:\n" + named + "    b:\n      tenantId: t\n      managedIdentity: system\n",
            "subscriptions.sales.account is needed, because there are several: fabrikam, b."
        ),
        (
            "subscriptions:\n  a:\n    id: x\n    clientState: y\n    account: z\n",
            "subscriptions.a.account is of no use next to id"
        ),
    ]

    @Test(arguments: Self.wrong)
    func everyWrongCombinationIsOneSentence(yaml: String, words: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await self.settings(yaml) }
        let sentence = try #require(failure?.description)
        #expect(sentence.contains(words), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }
}
