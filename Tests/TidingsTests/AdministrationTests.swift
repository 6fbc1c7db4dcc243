import GraphNotifications
import HTTPTypes
import Testing

@testable import tidings

struct AdministrationTests {
    private static func account(_ name: String?) -> GraphAccount {
        GraphAccount(
            name: name, tenantID: "t", clientID: "c", proof: .secret("s"), endpoint: "https://g/v1.0", authority: "https://l"
        )
    }

    private static var settings: ServerSettings {
        var settings = ServerSettings(dataDirectory: "d")
        settings.accounts = [Self.account(nil)]
        settings.managed = [.init(name: "sales", resource: "users/a/messages", changeTypes: .created)]
        settings.external = [.init(name: "load", id: "7", clientState: "s", changeTypes: .created)]
        return settings
    }

    private static let wrong: [(declaration: SubscriptionDeclaration, words: String)] = [
        (.init(name: "", resource: "users"), "A name may hold"),
        (.init(name: "a/b", resource: "users"), "A name may hold"),
        (.init(name: String(repeating: "a", count: 65), resource: "users"), "64 at most"),
        (.init(name: "a", resource: ""), "needs a resource"),
        (.init(name: "a", resource: "https://graph.microsoft.com/v1.0/users"), "needs a resource"),
        (.init(name: "a", resource: "users", changeType: "renamed"), "changeType must be"),
        (.init(name: "a", resource: "users", account: "x"), "There is no account x; name one of default."),
        (.init(name: "a", resource: "users", lifetimeMinutes: 1), "lifetimeMinutes must be"),
        (.init(name: "a", resource: "users/b/messages", lifetimeMinutes: 43_000), "minutes at most"),
        (.init(name: "a", resource: "users/b/messages", includeResourceData: true), "which properties"),
    ]

    @Test(arguments: Self.wrong.indices)
    func aDeclarationThatCannotWorkIsRefusedInOneSentence(index: Int) throws {
        let failure = #expect(throws: Failure.self) {
            try Self.wrong[index].declaration.subscription(accounts: [Self.account(nil)])
        }
        #expect(failure?.description.contains(Self.wrong[index].words) == true, "\(failure?.description ?? "")")
    }

    @Test func aDeclarationFindsItsAccount() throws {
        let declaration = SubscriptionDeclaration(name: "a", resource: "users", changeType: "updated", lifetimeMinutes: 60)
        let subscription = try declaration.subscription(accounts: [Self.account(nil), Self.account("x")])
        #expect(
            subscription == .init(name: "a", resource: "users", changeTypes: .updated, lifetime: .seconds(3600), account: nil)
        )
        #expect(try declaration.subscription(accounts: [Self.account("x")]).account == "x")
        var named = declaration
        named.account = "default"
        #expect(try named.subscription(accounts: [Self.account(nil), Self.account("x")]).account == nil)
        #expect(throws: Failure("account is needed, one of x, y.")) {
            try declaration.subscription(accounts: [Self.account("x"), Self.account("y")])
        }
    }

    @Test func whatIsDeclaredIsThereAtTheNextStart() async throws {
        try await withTemporaryDirectory { path in
            let file = DeclarationFile(in: try DataDirectory(path))
            let first = try SubscriptionRegistry(Self.settings, file: file)
            try first.add(.init(name: "more", resource: "users", changeType: "updated"))
            #expect(first.names == ["sales", "more", "load"])
            #expect(try permissions(of: file.path) == 0o600)

            let second = try SubscriptionRegistry(Self.settings, file: file)
            #expect(second.requests.map(\.name) == ["sales", "more"])
            #expect(second.declaration(of: "sales") == .configuration)
            #expect(second.declaration(of: "more") == .administration)
            #expect(second.declaration(of: "load") == .elsewhere)
            #expect(second.declaration(of: "nobody") == nil)
            try second.remove("more")
            try second.remove("sales")
            #expect(second.names == ["load"])
            // The configuration still says so.
            #expect(try SubscriptionRegistry(Self.settings, file: file).names == ["sales", "load"])
        }
    }

    @Test(arguments: ["sales", "load", "more"])
    func aNameIsTakenOnce(name: String) async throws {
        try await withTemporaryDirectory { path in
            let registry = try SubscriptionRegistry(Self.settings, file: DeclarationFile(in: try DataDirectory(path)))
            try registry.add(.init(name: "more", resource: "users", changeType: "updated"))
            let failure = #expect(throws: AdminFailure.self) {
                try registry.add(.init(name: name, resource: "users", changeType: "updated"))
            }
            #expect(failure?.status == .conflict)
        }
    }

    @Test func aFileThatDoesNotFitIsTold() async throws {
        try await withTemporaryDirectory { path in
            let file = DeclarationFile(in: try DataDirectory(path))
            try file.store([.init(name: "more", resource: "users", account: "gone")])
            #expect(throws: Failure.self) { try SubscriptionRegistry(Self.settings, file: file) }
            try TextFile.store("{", to: file.path)
            #expect(throws: Failure.self) { try SubscriptionRegistry(Self.settings, file: file) }
        }
    }

    @Test func graphsFailuresHaveAStatus() {
        let refused = AdminFailure(GraphError(.requestRefused, "No.", graphCode: "Forbidden"), isTriedAgain: true)
        #expect(refused == AdminFailure(.badGateway, "Forbidden", "No."))
        let passing = AdminFailure(GraphError(.throttled, "Wait."), isTriedAgain: true)
        #expect(passing == AdminFailure(.serviceUnavailable, "throttled", "Wait. It is tried again."))
    }

    // MARK: - The command

    private static let minute: Int64 = 60_000

    private static func report(_ name: String, account: String = "default", error: String? = nil) -> SubscriptionReport {
        var status = SubscriptionStatus(
            name: name, account: account, id: "7", resource: "users/a/messages", changeTypes: [.created, .updated],
            state: "active", expiresAt: 600 * Self.minute, renewsAt: 300 * Self.minute, lastError: error,
            lastEventAt: 97 * Self.minute
        )
        status.isSilent = name == "quiet"
        return SubscriptionReport(status, declaredIn: .configuration)
    }

    @Test func theListIsATable() {
        let now = 100 * Self.minute
        #expect(SubscriptionListing.table([], now: now) == ["No subscription is declared."])
        #expect(
            SubscriptionListing.table(
                [Self.report("sales"), Self.report("quiet"), Self.report("b", error: "Bad\nluck.")], now: now) == [
                    "NAME   STATE   RESOURCE          LAST EVENT  RENEWS  NOTE",
                    "sales  active  users/a/messages  3 min ago   in 3 h",
                    "quiet  active  users/a/messages  3 min ago   in 3 h  silent: nothing has come for much longer than usual",
                    "b      active  users/a/messages  3 min ago   in 3 h  Bad\u{FFFD}luck.",
                ]
        )
        let several = SubscriptionListing.table([Self.report("a"), Self.report("b", account: "x")], now: now)
        #expect(several[0].hasPrefix("NAME  STATE   ACCOUNT  RESOURCE"))
    }

    @Test func oneIsShownWhole() {
        let lines = SubscriptionListing.details(Self.report("sales"), now: 100 * Self.minute)
        #expect(lines.contains("declared in  configuration"))
        #expect(lines.contains("renews       1970-01-01T05:00:00.000Z (in 3 h)"))
        #expect(!lines.contains { $0.hasPrefix("last error") })
    }

    @Test(arguments: [
        (0, "0 s"), (119_999, "119 s"), (120_000, "2 min"), (7_199_999, "119 min"), (7_200_000, "2 h"), (172_800_000, "2 days"),
    ])
    func spansAreShort(milliseconds: Int64, text: String) {
        #expect(SubscriptionListing.span(milliseconds) == text)
    }

    @Test func theServerIsFoundByItsDirectory() async throws {
        try await withTemporaryDirectory { directory in
            func place(_ url: String? = nil, _ token: String? = nil, _ environment: [String: String] = [:]) throws -> ServerPlace
            {
                try ServerPlace(url: url, token: token, directory: directory, environment: environment)
            }
            let none = #expect(throws: Failure.self) { try place() }
            #expect(none?.description.hasPrefix("No server is running with its data in \(directory)") == true)
            try AddressFile(inDirectory: directory).store("http://127.0.0.1:7")
            let tokenless = #expect(throws: Failure.self) { try place() }
            #expect(tokenless?.description.contains("no admin token") == true)
            try TextFile.store("abc\n", to: directory + "/admin-token")
            #expect(try place() == ServerPlace(url: "http://127.0.0.1:7", token: "abc"))
            let environment = ["TIDINGS_URL": "https://t.example.com/", "TIDINGS_ADMIN_TOKEN": "e"]
            #expect(try place(nil, nil, environment) == ServerPlace(url: "https://t.example.com", token: "e"))
            #expect(try place("http://[::1]:1", "o", environment) == ServerPlace(url: "http://[::1]:1", token: "o"))
            #expect(throws: Failure.self) { try place("t.example.com") }
            AddressFile(inDirectory: directory).remove()
            #expect(try AddressFile(inDirectory: directory).load() == nil)
        }
    }
}
