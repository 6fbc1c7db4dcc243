import Metrics
import NIOCore
import Testing

@testable import GraphNotifications

struct NotificationOpenerTests {
    private let directory = TestDirectory()
    private let other = "11111111-2222-3333-4444-555555555555"

    private func opener(hasKeys: Bool = true, keys: [DecryptionKey] = [TestCertificates.first, TestCertificates.second]) throws
        -> NotificationOpener
    {
        NotificationOpener(
            keys: DecryptionKeys(keys), tokens: try self.directory.verifier(hasKeys: hasKeys), parallelism: 3,
            metrics: GraphMetrics(factory: NOOPMetricsHandler.instance)
        )
    }

    private func item(
        _ plaintext: String?, subscription: String = "s", tenant: String? = TestDirectory.tenantID,
        certificate: DecryptionKey = TestCertificates.first
    ) throws -> NotificationItem {
        let content = try plaintext.map { try TestSealing().seal($0, for: certificate) }
        return .change(
            ChangeNotification(
                subscriptionID: subscription, changeType: "created", resource: "chats/1", tenantID: tenant,
                encryptedContent: content
            )
        )
    }

    private func contents(of opened: OpenedNotifications) -> [String?] {
        opened.items.map { item in
            guard case .change(let notification) = item else { return nil }
            return notification.content.map { String(buffer: $0) }
        }
    }

    @Test func basicNotificationsPassWithoutTokens() async throws {
        let opened = try await self.opener(hasKeys: false).open([NotificationContents(items: [self.item(nil)])])
        #expect(opened.count == 1)
        #expect(opened[0].refusals.isEmpty)
    }

    @Test func mixedBatchesOfSeveralPostsAreOpened() async throws {
        let token = try self.directory.token()
        let posts = try (0..<7).map { post in
            NotificationContents(
                items: [
                    try self.item(#"{"n":\#(post)}"#), try self.item(nil),
                    try self.item(#"{"m":\#(post)}"#, certificate: TestCertificates.second),
                ],
                validationTokens: [token]
            )
        }
        let opened = try await self.opener().open(posts)
        for (post, result) in opened.enumerated() {
            #expect(self.contents(of: result) == [#"{"n":\#(post)}"#, nil, #"{"m":\#(post)}"#])
            #expect(result.refusals.isEmpty)
        }
    }

    @Test func oneItemThatCannotBeOpenedDoesNotFailTheOthers() async throws {
        let contents = NotificationContents(
            items: [
                try self.item("{}", certificate: TestCertificates.second), try self.item(#"{"a":1}"#), try self.item("no JSON"),
            ],
            validationTokens: [try self.directory.token()]
        )
        let opened = try await self.opener(keys: [TestCertificates.first]).open([contents])[0]
        #expect(opened.refusals.mapValues(\.code) == [0: .unknownCertificate, 2: .unreadable])
        #expect(self.contents(of: opened) == [nil, #"{"a":1}"#, nil])
    }

    @Test func aPostIsBelievedAsAWholeOrNotAtAll() async throws {
        let token = try self.directory.token()
        let bad = try self.directory.token(TestDirectory.claims(["aud": #""else""#]))
        let sealed = try self.item("{}")
        let cases: [(NotificationContents, ContentError.Code)] = [
            (NotificationContents(items: [sealed, try self.item(nil)]), .tokenMissing),
            (NotificationContents(items: [sealed], validationTokens: [token, bad]), .tokenRefused),
            (NotificationContents(items: [sealed], validationTokens: [bad]), .tokenRefused),
            (
                NotificationContents(items: [sealed, try self.item("{}", tenant: self.other)], validationTokens: [token]),
                .tokenMissing
            ),
            (
                NotificationContents(items: [sealed, try self.item(nil, tenant: self.other)], validationTokens: [token]),
                .tokenMissing
            ),
            (NotificationContents(items: [try self.item("{}", tenant: nil)], validationTokens: [token]), .tokenMissing),
        ]
        for (contents, code) in cases {
            let opened = try await self.opener().open([contents])[0]
            #expect(opened.refusals.count == contents.items.count)
            #expect(opened.refusals.values.allSatisfy { $0.code == code })
            #expect(self.contents(of: opened).allSatisfy { $0 == nil })
        }
    }

    @Test func theApplicationOfEachSubscriptionNeedsItsToken() async throws {
        let contents = NotificationContents(
            items: [try self.item("{}", subscription: "theirs")], validationTokens: [try self.directory.token()]
        )
        let mine = try await self.opener().open([contents]) { _ in TestDirectory.applicationID.uppercased() }
        #expect(mine[0].refusals.isEmpty)
        let theirs = try await self.opener().open([contents]) { _ in "another" }
        #expect(theirs[0].refusals[0]?.code == .tokenMissing)
    }

    @Test func withoutKeysItIsAskedAgainUntilTheLastAttempt() async throws {
        let contents = NotificationContents(items: [try self.item("{}")], validationTokens: [try self.directory.token()])
        let opener = try self.opener(hasKeys: false)
        await #expect(throws: ContentError.self) { try await opener.open([contents]) }
        let opened = try await opener.open([contents], isLastAttempt: true)
        #expect(opened[0].refusals[0]?.code == .keysUnavailable)
    }

    @Test func whatIsEncryptedIsReadFromTheWire() throws {
        let body = ByteBuffer(
            string: #"""
                {"validationTokens":["t1","t2"],"value":[
                  {"subscriptionId":"s","changeType":"created","resource":"chats/1","encryptedContent":{"data":"d","dataKey":"k",
                   "dataSignature":"s","encryptionCertificateId":"c","encryptionCertificateThumbprint":"AB","more":[1]}},
                  {"subscriptionId":"s","changeType":"deleted","resource":"chats/1","encryptedContent":null},
                  {"subscriptionId":"s","changeType":"updated","resource":"chats/1","encryptedContent":{"data":1}}]}
                """#
        )
        let contents = try NotificationBatch.contents(of: body)
        #expect(contents.validationTokens == ["t1", "t2"])
        let encrypted = contents.items.map { item -> EncryptedContent? in
            guard case .change(let notification) = item else { return nil }
            return notification.encryptedContent
        }
        #expect(
            encrypted == [
                EncryptedContent(data: "d", dataKey: "k", dataSignature: "s", certificateID: "c", certificateThumbprint: "AB"),
                nil,
                EncryptedContent(data: "", dataKey: "", dataSignature: "", certificateID: ""),
            ]
        )
        let withNull = try NotificationBatch.contents(of: ByteBuffer(string: #"{"value":[],"validationTokens":null}"#))
        #expect(withNull.validationTokens.isEmpty)
    }
}
