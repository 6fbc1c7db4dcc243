import GraphNotifications
import Testing

@testable import tidings

struct DoctorTests {
    private static let now: Int64 = 1_764_063_000_000
    private static let day: Int64 = 86_400_000
    private static let account = GraphAccount(
        tenantID: "t", clientID: "c", proof: .secret("hunter2"), endpoint: "https://graph.microsoft.com/v1.0",
        authority: "https://login.microsoftonline.com"
    )

    private static var settings: ServerSettings {
        var settings = ServerSettings(dataDirectory: "d")
        settings.publicURL = "https://t.example.com"
        settings.accounts = [Self.account]
        settings.managed = [.init(name: "sales", resource: "users/a/messages", changeTypes: .created)]
        return settings
    }

    /// Everything is well.
    private static var healthy: Observations {
        var observed = Observations(now: Self.now, settings: .success(Self.settings))
        observed.accounts = [
            Observations.Account(
                account: Self.account, token: TokenContents(roles: ["Mail.Read"], iat: Self.now / 1000 - 300),
                graphIsAheadBy: .milliseconds(400)
            )
        ]
        observed.directory = .init(path: "d", exists: true, isWritable: true, freeBytes: 5 << 30)
        observed.endpoint = .init(
            url: "https://t.example.com", certificateExpiresAt: Self.now + 60 * Self.day,
            latencies: Array(repeating: .milliseconds(20), count: 20)
        )
        return observed
    }

    private func findings(_ change: (inout Observations) -> Void = { _ in }) -> [Finding] {
        var observed = Self.healthy
        change(&observed)
        return Diagnosis(observed).findings
    }

    @Test func whatIsWellIsSaidInALineEach() {
        let diagnosis = Diagnosis(Self.healthy)
        #expect(diagnosis.healthy)
        #expect(
            diagnosis.lines == [
                "ok  configuration   1 subscription, 1 account.",
                "ok  data directory  d can be written to; 5120 MiB free.",
                "ok  clock           This machine and Graph agree within 1 s.",
                "ok  credential      A token was issued for a client secret.",
                "ok  permissions     All that the subscriptions need were granted.",
                "ok  public URL      https://t.example.com is reached from here and repeats Graph's token.",
                "ok  latency         99 of 100 answers come within 20 ms, as seen in 20 tries; Graph waits 3,000 ms.",
            ]
        )
    }

    @Test func withoutAConfigurationNothingElseIsJudged() {
        let diagnosis = Diagnosis(Observations(now: 0, settings: .failure(Failure("It has no value."))))
        #expect(!diagnosis.healthy)
        #expect(diagnosis.findings == [Finding("configuration", .failed, "It has no value.")])
    }

    private static let cases:
        [(name: String, verdict: Finding.Verdict, words: String, change: @Sendable (inout Observations) -> Void)] = [
            (
                "clock", .failed, "The clock of this machine is 301 s behind Graph's",
                { $0.accounts[0].graphIsAheadBy = .seconds(301) }
            ),
            ("clock", .failed, "400 s ahead of Graph's", { $0.accounts[0].graphIsAheadBy = .seconds(-400) }),
            ("clock", .warning, "is 60 s behind Graph's", { $0.accounts[0].graphIsAheadBy = .seconds(60) }),
            // A token of the future says it too.
            ("clock", .failed, "is 600 s behind", { $0.accounts[0].token?.iat = DoctorTests.now / 1000 + 600 }),
            ("clock", .skipped, "Graph did not say", { $0.accounts[0].graphIsAheadBy = nil }),
            (
                "clock", .failed, "cannot be reached",
                {
                    $0.accounts[0].graphIsAheadBy = nil
                    $0.accounts[0].graphError = "Graph cannot be reached."
                }
            ),
            (
                "credential", .failed, "The client secret is wrong.",
                { $0.accounts[0].error = GraphError(.credentialRefused, "The client secret is wrong.") }
            ),
            (
                "permissions", .skipped, "no token",
                { $0.accounts[0].error = GraphError(.credentialRefused, "The client secret is wrong.") }
            ),
            (
                "credential", .warning, "ends in 3 days",
                { $0.accounts[0].certificateExpiresAt = DoctorTests.now + 3 * DoctorTests.day }
            ),
            (
                "credential", .ok, "good for 90 days",
                { $0.accounts[0].certificateExpiresAt = DoctorTests.now + 90 * DoctorTests.day }
            ),
            (
                "permissions", .failed, "sales needs the application permission Mail.Read to follow users/a/messages",
                { $0.accounts[0].token = TokenContents(roles: ["User.Read.All"]) }
            ),
            ("permissions", .failed, "needs the application permission", { $0.accounts[0].token = TokenContents() }),
            ("permissions", .skipped, "does not show them", { $0.accounts[0].token = nil }),
            (
                "public URL", .failed, "/lifecycle: It answered 404.",
                { $0.endpoint?.failures = [("/lifecycle", "It answered 404.")] }
            ),
            (
                "public URL", .failed, "expired 2 days ago",
                { $0.endpoint?.certificateExpiresAt = DoctorTests.now - 2 * DoctorTests.day }
            ),
            (
                "public URL", .warning, "ends in 5 days",
                { $0.endpoint?.certificateExpiresAt = DoctorTests.now + 5 * DoctorTests.day }
            ),
            ("latency", .failed, "within 3001 ms", { $0.endpoint?.latencies[7] = .milliseconds(3001) }),
            ("latency", .warning, "within 1500 ms", { $0.endpoint?.latencies[7] = .milliseconds(1500) }),
            ("data directory", .failed, "cannot be written to by this user", { $0.directory?.isWritable = false }),
            (
                "data directory", .failed, "cannot be created",
                { $0.directory = .init(path: "d", exists: false, isWritable: false, freeBytes: nil) }
            ),
            ("data directory", .failed, "has 10 MiB free", { $0.directory?.freeBytes = 10 << 20 }),
            ("data directory", .warning, "less than the log may become", { $0.directory?.freeBytes = 200 << 20 }),
            (
                "certificate", .failed, "the subscription sales asks for objects",
                {
                    var settings = DoctorTests.settings
                    settings.managed[0].includesResourceData = true
                    $0.settings = .success(settings)
                }
            ),
            ("certificate", .failed, "is no certificate", { $0.certificates = .failure(Failure("x.pem is no certificate.")) }),
            (
                "certificate", .warning, "'k' has expired",
                { $0.certificates = .success([.init(name: "k", expiresAt: DoctorTests.now)]) }
            ),
            (
                "certificate", .warning, "'k' ends in 29 days",
                { $0.certificates = .success([.init(name: "k", expiresAt: DoctorTests.now + 30 * DoctorTests.day - 1)]) }
            ),
            (
                "certificate", .ok, "'k' fits its key",
                { $0.certificates = .success([.init(name: "k", expiresAt: DoctorTests.now + 30 * DoctorTests.day)]) }
            ),
        ]

    @Test(arguments: Self.cases.indices)
    func whatIsWrongIsSaidWithWhatToDo(index: Int) throws {
        let (name, verdict, words, change) = Self.cases[index]
        let found = self.findings(change).filter { $0.check == name && $0.verdict == verdict }
        #expect(found.contains { $0.message.contains(words) }, "\(name): \(self.findings(change).map(\.message))")
        for finding in found { #expect(finding.message.hasSuffix(".") && !finding.message.contains("hunter2")) }
    }

    @Test func severalAccountsAreToldApart() {
        let findings = self.findings { observed in
            var second = observed.accounts[0]
            second.account.name = "fabrikam"
            second.error = GraphError(.credentialRefused, "No.")
            observed.accounts.append(second)
        }
        #expect(findings.filter { $0.check == "credential" }.map(\.account) == ["the account", "account fabrikam"])
        #expect(findings.filter { $0.check == "credential" }.map(\.verdict) == [.ok, .failed])
    }

    @Test func itIsJSONOnRequest() throws {
        let text = try Diagnosis(Observations(now: 0, settings: .failure(Failure("No.")))).json()
        #expect(
            text == """
                {
                  "findings" : [
                    {
                      "check" : "configuration",
                      "message" : "No.",
                      "verdict" : "failed"
                    }
                  ],
                  "healthy" : false
                }
                """
        )
    }

    @Test(arguments: [
        ("users/a@b.c/messages", "Mail.Read"), ("/users/1/mailFolders('inbox')/messages?$select=subject", "Mail.Read"),
        ("users('1')/events", "Calendars.Read"), ("users", "User.Read.All"), ("groups/1/members", "Group.Read.All"),
        ("teams('1')/channels('2')/messages", "ChannelMessage.Read.All"), ("chats/getAllMessages", "Chat.Read.All"),
        ("chats/19:x@thread.v2/messages", "Chat.Read.All"), ("drives/1/root", "Files.Read.All"),
        ("sites/1/lists/2", "Sites.Read.All"), ("communications/callRecords", "CallRecords.Read.All"),
        ("teams/getAllChannels", "Channel.ReadBasic.All"), ("security/alerts?$filter=x", "SecurityEvents.ReadWrite.All"),
    ])
    func theLeastPermissionIsKnown(resource: String, permission: String) {
        #expect(ResourcePermissions.needed(toFollow: resource)?.first == permission)
    }

    @Test func someResourcesAreForPeopleOnlyAndSomeAreUnknown() {
        #expect(ResourcePermissions.needed(toFollow: "communications/presences/1") == [])
        #expect(ResourcePermissions.needed(toFollow: "me/messages") == [])
        #expect(ResourcePermissions.needed(toFollow: "planets/3") == nil)
    }

    @Test func aTokenIsReadIfItIsOneOfTheKnownForm() {
        // {"roles":["Mail.Read"],"iat":5}
        let token = "e30.eyJyb2xlcyI6WyJNYWlsLlJlYWQiXSwiaWF0Ijo1fQ.x"
        #expect(TokenContents(token) == TokenContents(roles: ["Mail.Read"], iat: 5))
        #expect(TokenContents("opaque") == nil)
        #expect(TokenContents("a.b.c") == nil)
        #expect(TokenContents(scp: "Mail.Read User.Read").permissions == ["Mail.Read", "User.Read"])
    }

    @Test(arguments: [
        ("https://t.example.com", "t.example.com", 443), ("https://t.example.com:8443/x", "t.example.com", 8443),
        ("https://[::1]:9/", "::1", 9), ("https://[::1]", "::1", 443),
    ])
    func whomAnAddressLeadsTo(url: String, host: String, port: Int) throws {
        let found = try #require(Examination.secureHost(in: url))
        #expect(found.host == host)
        #expect(found.port == port)
    }

    @Test func theSlowestOfAHundredIsLeftOut() {
        let values = (1...200).map { Duration.milliseconds($0) }
        #expect(LatencyCheck.percentile99(values) == .milliseconds(198))
        #expect(LatencyCheck.percentile99([.seconds(1), .seconds(3)]) == .seconds(3))
        #expect(LatencyCheck.percentile99([]) == nil)
        #expect(Examination.secureHost(in: "http://127.0.0.1:8080") == nil)
    }

    @Test func columnsAreUnderEachOther() {
        #expect(
            TextTable.lines([["a", "bb", "c"], ["aaa", "", "c"], ["x", "y", ""], []]) == [
                "a    bb  c", "aaa      c", "x    y", "",
            ])
    }

    @Test func aDirectoryThatIsNotThereIsJudgedByTheOneAboveIt() async throws {
        try await withTemporaryDirectory { directory in
            let here = DirectoryLook.at(directory)
            #expect(here.exists && here.isWritable && here.freeBytes != nil)
            let below = DirectoryLook.at(directory + "/a/b")
            #expect(!below.exists && below.isWritable && below.freeBytes != nil)
        }
    }
}
