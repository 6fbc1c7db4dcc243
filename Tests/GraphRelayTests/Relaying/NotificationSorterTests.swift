import NIOCore
import RealTimeTesting
import Testing

@testable import GraphNotifications
@testable import GraphRelay

@Suite struct NotificationSorterTests {
    /// A sorter, what it knows, and what time it is.
    private struct Sorting {
        var sorter: NotificationSorter
        var known: [String: KnownSubscription] = ["s1": .sales]
        var now: Int64 = 10_000

        init(_ configuration: RelayConfiguration = .init(), startedAt: Int64 = 0) {
            self.sorter = NotificationSorter(configuration: configuration, startedAt: startedAt)
        }

        /// Sorts an entry whole, however many batches that takes.
        mutating func sort(_ id: Int64, _ body: ByteBuffer, receivedAt: Int64? = nil) -> [RelayBatch] {
            self.sorter.open(QueuedNotification(id: id, body: body, receivedAt: receivedAt ?? self.now))
            var batches: [RelayBatch] = []
            while !self.sorter.sort(now: self.now, known: { [known] in known[$0] }) { batches.append(self.sorter.takeBatch()) }
            return batches + [self.sorter.takeBatch()]
        }

        mutating func release() -> RelayBatch {
            self.sorter.release(now: self.now) { [known] in known[$0] }
            return self.sorter.takeBatch()
        }
    }

    @Test func aKnownItemBecomesAnUpdate() throws {
        var sorting = Sorting()
        let post = body(item(resource: "Users/U1@example.com/Messages/m1", etag: "W/1", extra: #""tenantId":"t""#))
        let batch = sorting.sort(7, post, receivedAt: 9_876)[0]
        #expect(batch.settled == [7])
        let draft = try #require(batch.drafts.first)
        #expect(
            draft.update
                == GraphUpdate(
                    changeType: "created", resource: "Users/U1@example.com/Messages/m1", timestamp: 9_876,
                    topics: ["all", "user/u1@example.com", "subscription/sales"], subscription: "sales", tenantID: "t",
                    resourceID: "m"
                )
        )
        #expect(draft.deduplicationKey.window == .seconds(600))
        #expect(batch.letters.isEmpty)
    }

    @Test func whatWasOpenedIsTakenAndWhatWasRefusedIsPutAside() throws {
        var sorter = NotificationSorter(configuration: .init(), startedAt: 0)
        let post = body(item(id: "1"), item(id: "2"), item(id: "3"))
        var opened = OpenedNotifications(items: try NotificationBatch.items(in: post))
        opened.set(.success(ByteBuffer(string: #"{"subject":"x"}"#)), at: 0)
        opened.set(.failure(ContentError(.unknownCertificate, "It was sealed for somebody else.")), at: 1)
        opened.set(.failure(ContentError(.tokenMissing, "There is no token.")), at: 2)
        sorter.open(QueuedNotification(id: 1, body: post, receivedAt: 5), opened: opened)
        let isDone = sorter.sort(now: 5, known: { _ in .sales })
        #expect(isDone)
        let batch = sorter.takeBatch()
        #expect(batch.drafts.map(\.update.data) == [ByteBuffer(string: #"{"subject":"x"}"#)])
        #expect(batch.letters.map(\.reason) == [.contentNotOpened, .notAuthentic])
        #expect(batch.letters.map(\.detail) == ["It was sealed for somebody else.", "There is no token."])
        #expect(batch.settled == [1])
    }

    @Test func eachItemHasItsOwnFate() {
        var sorting = Sorting()
        let post = body(
            item(id: "1"), item(secret: "wrong"), item(secret: nil), "42", #"{"subscriptionId":"s1"}"#, lifecycle(),
            lifecycle(secret: "wrong"), item(id: "2")
        )
        let batch = sorting.sort(3, post)[0]
        #expect(batch.drafts.count == 2)
        #expect(batch.letters.map(\.index) == [1, 2, 3, 4, 6])
        #expect(
            batch.letters.map(\.reason)
                == [.clientStateMismatch, .clientStateMismatch, .malformed, .malformed, .clientStateMismatch]
        )
        #expect(batch.letters.allSatisfy { $0.entryID == 3 && !$0.detail.isEmpty })
        #expect(String(buffer: batch.letters[0].item) == item(secret: "wrong"))
        #expect(batch.letters.allSatisfy { !$0.detail.contains("wrong") && !$0.detail.contains("secret") })
        #expect(batch.lifecycle.map(\.event) == [.missed])
        #expect(batch.settled == [3])
    }

    @Test func aBodyThatIsNoCollectionIsOneDeadLetter() {
        var sorting = Sorting()
        let batch = sorting.sort(4, ByteBuffer(string: "[not json"))[0]
        #expect(batch.letters.map(\.reason) == [.malformed])
        #expect(batch.letters.first.map { String(buffer: $0.item) } == "[not json")
        #expect(batch.settled == [4])
        #expect(sorting.sort(5, body())[0].settled == [5])
    }

    @Test func unknownSubscriptionsAreHeldAndReleasedInOrder() {
        var sorting = Sorting()
        let first = sorting.sort(1, body(item("new", id: "1"), item(id: "x"), item("new", id: "2")))[0]
        // What is decided goes ahead; the entry stays.
        #expect(first.drafts.count == 1 && first.settled.isEmpty)
        #expect(sorting.sorter.heldCount == 2)
        // The directory learned it in the meantime: what comes later waits behind what is held.
        sorting.known["new"] = KnownSubscription(name: "new", id: "new", clientState: "secret")
        let second = sorting.sort(2, body(item("new", id: "3"), item(id: "y")))[0]
        #expect(second.drafts.count == 1 && second.settled.isEmpty)
        let released = sorting.release()
        #expect(released.decisions.map(\.entryID) == [1, 1, 2])
        #expect(released.decisions.map(\.index) == [0, 2, 0])
        #expect(released.drafts.allSatisfy { $0.update.subscription == "new" })
        #expect(released.settled.sorted() == [1, 2])
        #expect(sorting.sorter.heldCount == 0)
        #expect(sorting.sort(3, body(item("new", id: "4")))[0].settled == [3])
    }

    @Test func heldItemsAreVerifiedWhenTheyAreReleased() {
        var sorting = Sorting()
        _ = sorting.sort(1, body(item("new", secret: "guess"), lifecycle("new", secret: "right")))
        sorting.known["new"] = KnownSubscription(name: "new", id: "new", clientState: "right")
        let released = sorting.release()
        #expect(released.letters.map(\.reason) == [.clientStateMismatch])
        #expect(released.lifecycle.count == 1)
        #expect(released.settled == [1])
    }

    @Test func nobodyIsHeldForLongerThanAMinute() {
        var sorting = Sorting()
        _ = sorting.sort(1, body(item("new")), receivedAt: 9_000)
        sorting.now = 68_999
        #expect(sorting.release().isEmpty)
        sorting.now = 69_000
        let batch = sorting.release()
        #expect(batch.letters.map(\.reason) == [.unknownSubscription])
        #expect(batch.settled == [1])
        // Received long ago, and still unknown: the create call has returned by now.
        sorting.now = 500_000
        let late = sorting.sort(2, body(item("new")), receivedAt: 440_000)[0]
        #expect(late.letters.map(\.reason) == [.unknownSubscription] && late.settled == [2])
    }

    @Test func afterARestartTheMinuteBeginsAnew() {
        var sorting = Sorting(startedAt: 1_000_000)
        sorting.now = 1_000_500
        #expect(sorting.sort(1, body(item("new")), receivedAt: 5)[0].isEmpty)
        sorting.now = 1_059_999
        #expect(sorting.release().isEmpty)
        sorting.now = 1_060_000
        #expect(sorting.release().letters.count == 1)
    }

    @Test func aClockThatWasPutBackHoldsNobodyForHours() {
        var sorting = Sorting()
        _ = sorting.sort(1, body(item("new")), receivedAt: 9_000_000)
        sorting.now += 60_000
        #expect(sorting.release().letters.count == 1)
    }

    @Test func tooMuchToHoldBecomesDeadLetters() {
        var sorting = Sorting(.init(maximumHeld: 2))
        let batch = sorting.sort(1, body(item("a", id: "1"), item("b", id: "2"), item("a", id: "3"), item(id: "4")))[0]
        #expect(batch.letters.map(\.reason) == [.holdOverflow])
        #expect(batch.letters.map(\.index) == [2])
        #expect(batch.drafts.count == 1 && batch.settled.isEmpty)
        sorting.now += 60_000
        #expect(sorting.release().settled == [1])
    }

    @Test func whatIsHeldDoesNotKeepTheBody() {
        var sorting = Sorting()
        _ = sorting.sort(1, body(item("new"), #"{"x":"\#(String(repeating: "y", count: 100_000))"}"#))
        sorting.now += 60_000
        let letter = sorting.release().letters[0]
        #expect(String(buffer: letter.item) == item("new"))
        #expect(letter.item.storageCapacity < 10_000)
    }

    @Test func aBatchIsBoundedInItems() {
        var sorting = Sorting(.init(maximumBatchItems: 3))
        let items = (0..<8).map { item(id: "\($0)") }
        let batches = sorting.sort(1, ByteBuffer(string: #"{"value":[\#(items.joined(separator: ","))]}"#))
        #expect(batches.map(\.drafts.count) == [3, 3, 2])
        #expect(batches.map(\.settled) == [[], [], [1]])
    }

    @Test func aBatchIsBoundedInBytes() {
        var sorting = Sorting(.init(maximumBatchBytes: 2_000))
        let padding = String(repeating: "x", count: 900)
        let items = (0..<4).map { item(id: "\($0)", extra: #""padding":"\#(padding)""#) }
        let batches = sorting.sort(1, ByteBuffer(string: #"{"value":[\#(items.joined(separator: ","))]}"#))
        #expect(batches.map(\.drafts.count) == [2, 2])
        #expect(batches.map(\.settled) == [[], [1]])
    }

    /// Entries, subscriptions and time in an order drawn from `seed`: each item ends once, in its order, in its time.
    @Test(arguments: 0..<200)
    func everyItemHasOneFate(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var sorting = Sorting(.init(maximumHeld: 12, maximumBatchItems: 4))
        sorting.known = [:]
        var batches: [RelayBatch] = []
        var expected: [Int64: Int] = [:]
        for id in 1...Int64(40) {
            let count = Int.random(in: 0...6, using: &random)
            expected[id] = count
            let items = (0..<count).map { index in
                switch Int.random(in: 0..<8, using: &random) {
                case 0: "null"
                case 1: lifecycle("s\(Int.random(in: 0..<4, using: &random))")
                default: item("s\(Int.random(in: 0..<4, using: &random))", id: "\(id)/\(index)")
                }
            }
            batches += sorting.sort(id, ByteBuffer(string: #"{"value":[\#(items.joined(separator: ","))]}"#))
            if Int.random(in: 0..<6, using: &random) == 0 {
                let name = "s\(Int.random(in: 0..<4, using: &random))"
                sorting.known[name] = KnownSubscription(name: name, id: name, clientState: "secret")
            }
            sorting.now += Int64.random(in: 0...15_000, using: &random)
            // What became known is not always looked at before more of it comes.
            if Bool.random(using: &random) { batches.append(sorting.release()) }
        }
        sorting.now += 60_000
        batches.append(sorting.release())
        #expect(sorting.sorter.heldCount == 0)

        let decisions = batches.flatMap(\.decisions)
        var lastOf: [String: (Int64, Int)] = [:]
        var decided: [Int64: Int] = [:]
        for batch in batches {
            for decision in batch.decisions { decided[decision.entryID, default: 0] += 1 }
        }
        #expect(Set(decisions.map { "\($0.entryID)/\($0.index)" }).count == decisions.count)
        for decision in decisions {
            guard case .update(let draft) = decision.fate, let name = draft.update.subscription else { continue }
            if let last = lastOf[name] { #expect(last < (decision.entryID, decision.index)) }
            lastOf[name] = (decision.entryID, decision.index)
        }
        let lifecycleCount = batches.flatMap(\.lifecycle).count
        #expect(decisions.count + lifecycleCount == expected.values.reduce(0, +))
        #expect(batches.flatMap(\.settled).sorted() == Array(1...40))
        // An entry is settled with, or after, the last of its items.
        var settled: Set<Int64> = []
        for batch in batches {
            for decision in batch.decisions { #expect(!settled.contains(decision.entryID)) }
            settled.formUnion(batch.settled)
        }
    }
}

extension RelayBatch {
    var drafts: [UpdateDraft] { RelayOutcome(self.decisions[...], settled: []).drafts }
    var letters: [DeadLetter] { RelayOutcome(self.decisions[...], settled: []).deadLetters }
}
