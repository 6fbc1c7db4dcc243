import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct CatchUpTests {
    private static let first = "users/u1/contacts/delta?$select=createdDateTime%2ClastModifiedDateTime"

    /// A service over a Graph that is played, on a clock that stands still.
    private final class Stage: Sendable {
        let graph = PlayedDelta()
        let time = ManualTime()
        let store: any DeltaStore
        let taken = Notes<[RecoveredChange]>()
        let failures = Mutex<Int>(0)
        let lines = Notes<String>()

        init(store: any DeltaStore = InMemoryDeltaStore()) { self.store = store }

        func service(_ watched: [SubscriptionRequest] = [.contacts]) -> CatchUp {
            CatchUp(
                graph: GraphClient(
                    self.graph, baseURL: PlayedDelta.base, clock: self.time, now: { self.time.milliseconds },
                    logger: recordingLogger(self.lines)
                ),
                store: self.store, watched: watched, clock: self.time, now: { self.time.milliseconds }, random: { 1 },
                logger: recordingLogger(self.lines)
            ) { changes throws(GraphError) in
                let fails = self.failures.withLock { left in
                    defer { left = max(0, left - 1) }
                    return left > 0
                }
                if fails { throw GraphError(.storageFailed, "There is no space left.") }
                self.taken.note(changes)
                return changes.count
            }
        }

        func running(_ service: CatchUp, _ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup { group in
                group.addTask { try await service.run() }
                try await body()
                group.cancelAll()
            }
        }

        var all: [String] { self.taken.all.joined().map { "\($0.changeType) \($0.resource)" } }

        func link(of name: String = "people") async throws -> String? {
            try await self.store.positions(of: name).first.map { String($0.link.dropFirst(PlayedDelta.base.count + 1)) }
        }
    }

    private static func contact(_ id: String, created: Int64 = 60, modified: Int64 = 60) -> String {
        #"{"id":"\#(id)","@odata.etag":"e\#(modified)","createdDateTime":"\#(GraphTime.iso8601(ManualTime.start + created * 1000))","#
            + #""lastModifiedDateTime":"\#(GraphTime.iso8601(ManualTime.start + modified * 1000))"}"#
    }

    private static func loss(_ reason: PossibleLoss.Reason = .missed) -> PossibleLoss {
        PossibleLoss(subscription: "people", resource: SubscriptionRequest.contacts.resource, reason: reason)
    }

    @Test func theFirstTimeNothingIsFoundAndThenWhatIsNew() async throws {
        let stage = Stage()
        stage.graph.page(Self.first, [Self.contact("old", created: -900, modified: -600)], next: "n1")
        stage.graph.page("n1", [Self.contact("older", created: -900, modified: -1)], delta: "d1")
        stage.graph.page("d1", [Self.contact("new")], next: "n2")
        stage.graph.page(
            "n2", [Self.contact("old", created: -900), #"{"id":"gone","@removed":{"reason":"deleted"}}"#], delta: "d2"
        )
        stage.graph.page("d2", delta: "d3")
        let service = stage.service()
        try await stage.running(service) {
            try await eventually("the baseline") { (try? await stage.link()) == "d1" }
            #expect(stage.taken.count == 0)
            try await service.mayHaveLost(Self.loss())
            try await eventually("what was lost") { (try? await stage.link()) == "d2" }
            try await eventually("the end of it") { service.pending.isEmpty }
        }
        #expect(
            stage.all == ["created Users/u1/Contacts/new", "updated Users/u1/Contacts/old", "deleted Users/u1/Contacts/gone"])
        #expect(stage.taken.count == 2)
        #expect(try await stage.store.pending().isEmpty)
        // Links are as good as the data.
        #expect(stage.lines.all.allSatisfy { !$0.contains("d1") && !$0.contains("n2") })
    }

    @Test func whatWasToldSurvivesTheProcess() async throws {
        let stage = Stage()
        stage.graph.page(Self.first, delta: "d1")
        let before = stage.service()
        try await stage.running(before) { try await eventually("the baseline") { (try? await stage.link()) == "d1" } }
        // Told while nobody runs.
        try await before.mayHaveLost(Self.loss(.downtime))
        #expect(try await stage.store.pending().map(\.loss) == [Self.loss(.downtime)])
        stage.graph.page("d1", [Self.contact("new")], delta: "d2")
        try await stage.running(stage.service()) { try await eventually("what was lost") { stage.all.count == 1 } }
    }

    /// Where nothing is looked for without a reason, an old link is replaced: not before it is known what happened meanwhile.
    @Test func whoWasAwayReadsAnOldLinkAndDoesNotReplaceIt() async throws {
        let stage = Stage()
        let users = SubscriptionRequest(name: "people", resource: "users", changeTypes: .updated)
        stage.graph.page("users/delta?$deltatoken=latest", delta: "d1")
        try await stage.running(stage.service([users])) {
            try await eventually("the baseline") { (try? await stage.link()) == "d1" }
        }
        stage.time.advance(by: .seconds(6 * 86_400))
        stage.graph.page("users/delta?$deltatoken=latest", delta: "d9")
        stage.graph.page("d1", [#"{"id":"u7"}"#], delta: "d2")
        let service = stage.service([users])
        try await stage.running(service) {
            try await eventually("that nothing is to be done") { stage.time.sleeperCount > 0 }
            var loss = Self.loss(.downtime)
            loss.resource = users.resource
            try await service.mayHaveLost(loss)
            try await eventually("what was lost") { stage.all == ["updated Users/u7"] }
        }
    }

    @Test func theLinkMovesOnOnlyBehindWhatWasTaken() async throws {
        let stage = Stage()
        stage.graph.page(Self.first, delta: "d1")
        stage.graph.page("d1", [Self.contact("a")], next: "n1")
        stage.graph.page("n1", [Self.contact("b")], delta: "d2")
        let service = stage.service()
        try await stage.running(service) {
            try await eventually("the baseline") { (try? await stage.link()) == "d1" }
            stage.failures.withLock { $0 = 1 }
            try await service.mayHaveLost(Self.loss())
            try await eventually("a failure") { stage.failures.withLock { $0 } == 0 }
            #expect(try await stage.link() == "d1")
            #expect(service.pending == ["people"])
            try await stage.time.pass(until: "the next try") { (try? await stage.link()) == "d2" }
        }
        #expect(stage.all == ["created Users/u1/Contacts/a", "created Users/u1/Contacts/b"])
    }

    @Test func aPositionThatIsForgottenIsFoundAnew() async throws {
        for (status, code, location) in [
            (410, "x", "full?token="), (400, "syncStateNotFound", nil), (410, "resyncRequired", nil),
        ] {
            let stage = Stage()
            stage.graph.page(Self.first, delta: "d1")
            var gone = PlayedGraph.error(status, code, "Gone.")
            if let location { gone.headers.add(name: "Location", value: "\(PlayedDelta.base)/\(location)") }
            stage.graph.page("d1", [Self.contact("a")], next: "n1")
            stage.graph.answer("n1", gone)
            let service = stage.service()
            try await stage.running(service) {
                try await eventually("the baseline") { (try? await stage.link()) == "d1" }
                stage.time.advance(by: .seconds(3600))
                stage.graph.forget(Self.first)
                stage.graph.page(
                    Self.first,
                    [
                        Self.contact("before", created: -900, modified: -600), Self.contact("a"),
                        Self.contact("changed", created: -900, modified: 600),
                    ],
                    delta: "d2"
                )
                try await service.mayHaveLost(Self.loss())
                try await eventually("the walk") { (try? await stage.link()) == "d2" }
                try await eventually("the end of it") { service.pending.isEmpty }
            }
            #expect(
                stage.all
                    == ["created", "created", "updated"].enumerated().map { index, type in
                        "\(type) Users/u1/Contacts/\(["a", "a", "changed"][index])"
                    })
            #expect(stage.lines.all.contains { $0.contains("what was deleted is not") })
        }
    }

    @Test func othersAreNotHeldUp() async throws {
        let stage = Stage()
        var other = SubscriptionRequest.contacts
        (other.name, other.resource) = ("others", "users/u2/contacts")
        stage.graph.answer(Self.first, PlayedGraph.error(403, "ErrorAccessDenied", "No."))
        stage.graph.page(Self.first.replacing("u1", with: "u2"), delta: "d1")
        try await stage.running(stage.service([.contacts, other])) {
            try await eventually("the other baseline") { (try? await stage.link(of: "others")) == "d1" }
            try await eventually("a sentence") { stage.lines.all.contains { $0.contains("error: The changes of") } }
        }
        #expect(try await stage.link() == nil)
    }

    @Test func mailboxesAreReadFolderByFolder() async throws {
        let stage = Stage()
        let mail = SubscriptionRequest(name: "mail", resource: "users/u1/messages", changeTypes: [.created, .deleted])
        func first(_ folder: String) -> String {
            "users/u1/mailFolders/\(folder)/messages/delta?$select=createdDateTime%2ClastModifiedDateTime"
        }
        let folders = "users/u1/mailFolders/delta?$select=displayName"
        stage.graph.page(folders, [#"{"id":"inbox"}"#, #"{"id":"old"}"#], delta: "x")
        stage.graph.page(first("inbox"), delta: "d-inbox")
        stage.graph.page(first("old"), delta: "d-old")
        stage.graph.page("d-inbox", [Self.contact("m1")], delta: "d-inbox")
        stage.graph.page(first("new"), [Self.contact("m2"), Self.contact("moved", created: -900)], delta: "d-new")
        let service = stage.service([mail])
        try await stage.running(service) {
            try await eventually("the baseline") { (try? await stage.store.positions(of: "mail").count) == 2 }
            // One folder has gone, another one has come.
            stage.graph.forget(folders)
            stage.graph.page(folders, [#"{"id":"inbox"}"#, #"{"id":"new"}"#, #"{"id":"racing"}"#], delta: "x")
            try await eventually("rest") { service.pending.isEmpty }
            try await service.mayHaveLost(PossibleLoss(subscription: "mail", resource: mail.resource, reason: .missed))
            try await eventually("the end of it") { service.pending.isEmpty }
        }
        #expect(stage.all == ["created Users/u1/Messages/m1", "created Users/u1/Messages/m2"])
        #expect(try await stage.store.positions(of: "mail").map(\.scope) == ["inbox", "new"])
    }

    /// The first time takes a while, and what happens meanwhile in what is read last is no part of what was there.
    @Test func whatHappensDuringTheFirstTimeIsFound() async throws {
        let stage = Stage()
        let mail = SubscriptionRequest(name: "mail", resource: "users/u1/messages", changeTypes: [.created, .updated])
        func first(_ folder: String) -> String {
            "users/u1/mailFolders/\(folder)/messages/delta?$select=createdDateTime%2ClastModifiedDateTime"
        }
        stage.graph.page("users/u1/mailFolders/delta?$select=displayName", [#"{"id":"a"}"#, #"{"id":"b"}"#], delta: "x")
        stage.graph.page(first("a"), [Self.contact("there", created: -900, modified: -1)], delta: "d-a")
        stage.graph.page(
            first("b"), [Self.contact("there too", created: -1, modified: -1), Self.contact("new", created: 1, modified: 1)],
            delta: "d-b"
        )
        try await stage.running(stage.service([mail])) {
            try await eventually("the baseline") { (try? await stage.store.positions(of: "mail").count) == 2 }
        }
        #expect(stage.all == ["created Users/u1/Messages/new"])
    }

    @Test func usersAreCalledByTheirIDs() async throws {
        let stage = Stage()
        var people = SubscriptionRequest.contacts
        people.resource = "users/ann@example.com/contacts"
        let first = Self.first.replacing("u1", with: "ann@example.com")
        stage.graph.answer("users/ann%40example.com?$select=id", PlayedGraph.ok(200, #"{"id":"0e9a"}"#))
        stage.graph.page(first, delta: "d1")
        stage.graph.page("d1", [Self.contact("new")], delta: "d2")
        let service = stage.service([people])
        try await stage.running(service) {
            try await eventually("the baseline") { (try? await stage.link()) == "d1" }
            try await service.request(subscription: "people")
            try await eventually("the end of it") { service.pending.isEmpty }
        }
        #expect(stage.all == ["created Users/0e9a/Contacts/new"])
    }

    @Test func aDriveIsAskedForWhenItNotifies() async throws {
        let stage = Stage()
        let files = SubscriptionRequest(name: "files", resource: "drives/d/root", changeTypes: .updated)
        stage.graph.page("drives/d/root/delta?token=latest", delta: "d1")
        stage.graph.page("d1", [#"{"id":"f1","lastModifiedDateTime":"2027-01-15T08:00:00Z"}"#], delta: "d2")
        let service = stage.service([files, .contacts])
        stage.graph.page(Self.first, delta: "c1")
        try await stage.running(service) {
            try await eventually("the baselines") { (try? await stage.link(of: "files")) == "d1" }
            try await eventually("the baselines") { (try? await stage.link()) == "c1" }
            let asked = stage.graph.asked.count
            for _ in 0..<10 { service.wasNotified(subscription: "files") }
            service.wasNotified(subscription: "people")
            service.wasNotified(subscription: "nobody")
            try await stage.time.pass(until: "the file") { stage.all == ["updated drives/d/items/f1"] }
            #expect(stage.graph.asked.count == asked + 1)
        }
    }

    @Test func whatCannotBeCaughtUpIsSaid() async throws {
        let stage = Stage()
        let chat = SubscriptionRequest(name: "chat", resource: "chats/c/messages", changeTypes: .created)
        let service = stage.service([chat])
        try await service.mayHaveLost(PossibleLoss(subscription: "chat", resource: chat.resource, reason: .missed))
        #expect(stage.lines.all.contains { $0.contains("cannot be caught up") && $0.contains("not those of chats") })
        #expect(try await stage.store.pending().isEmpty)
        #expect(service.reasonNotToCatchUp(subscription: "chat") != nil)
        await #expect(throws: GraphError.self) { try await service.request(subscription: "chat") }
        await #expect(throws: GraphError.self) { try await service.request(subscription: "nobody") }
    }
}

extension SubscriptionRequest {
    fileprivate static let contacts = SubscriptionRequest(
        name: "people", resource: "users/u1/contacts", changeTypes: [.created, .updated, .deleted]
    )
}
