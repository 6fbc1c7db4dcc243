import GraphNotifications
import NIOCore
import Testing

@testable import GraphRelay

@Suite struct BatchCommitTests {
    /// A batch of updates about `1`, `2`, …
    private func batch(_ count: Int, letters: Set<Int> = []) -> RelayBatch {
        var batch = RelayBatch()
        for number in 0..<count {
            let update = GraphUpdate(changeType: "created", resource: "\(number)", timestamp: 0, topics: ["all"])
            let draft = UpdateDraft(
                update: update, deduplicationKey: DeduplicationKey(high: 0, low: UInt64(number), window: .zero)
            )
            batch.append(
                .init(
                    entryID: Int64(number), index: 0, item: ByteBuffer(string: "item \(number)"),
                    fate: letters.contains(number) ? .deadLetter(.malformed, detail: "x") : .update(draft)
                )
            )
            batch.settle(Int64(number))
        }
        return batch
    }

    /// A store that decides by the outcome, and the log it keeps.
    private struct Store {
        var answer: (RelayOutcome) -> RelayError?
        var log: [String] = []
        var letters: [DeadLetter] = []
        var settled: [Int64] = []
        var attempts = 0
        var probes = 0
        var waits = 0

        mutating func take(_ batch: RelayBatch, maximumAttempts: Int = 3, maximumSteps: Int = 1000) -> Bool {
            var commit = BatchCommit(batch, maximumAttempts: maximumAttempts)
            var action = commit.start()
            for _ in 0..<maximumSteps {
                switch action {
                case .append(let outcome):
                    self.attempts += 1
                    if let error = self.answer(outcome) {
                        action = commit.failed(isRetryable: error.isRetryable)
                    } else {
                        self.log += outcome.drafts.map(\.update.resource)
                        self.letters += outcome.deadLetters
                        self.settled += outcome.settled
                        action = commit.appended()
                    }
                case .probe:
                    self.probes += 1
                    action = commit.probed(self.answer(RelayOutcome(settled: [0])) == nil)
                case .wait:
                    self.waits += 1
                    action = commit.waited()
                case .finished:
                    return true
                }
            }
            return false
        }
    }

    @Test func oneOutcomeWhenAllIsWell() {
        var store = Store { _ in nil }
        #expect(store.take(self.batch(5, letters: [1])) == true)
        #expect(store.attempts == 1 && store.log == ["0", "2", "3", "4"])
        #expect(store.letters.map(\.entryID) == [1])
        #expect(store.settled == [0, 1, 2, 3, 4])
    }

    @Test func anOutageIsWaitedForWithoutEnd() {
        var store = Store { _ in .outage }
        #expect(store.take(self.batch(8), maximumSteps: 5000) == false)
        #expect(store.log.isEmpty && store.letters.isEmpty && store.settled.isEmpty)
        #expect(store.waits > 1000)
    }

    @Test func afterAnOutageEverythingIsThereInOrder() {
        var rest = 50
        var store = Store { _ in
            rest -= 1
            return rest > 0 ? .outage : nil
        }
        #expect(store.take(self.batch(8)) == true)
        #expect(store.log == (0..<8).map(String.init))
        #expect(store.letters.isEmpty)
    }

    @Test(arguments: [RelayError.refusal, .outage], 0..<8)
    func theOneToBlameIsFound(error: RelayError, poison: Int) {
        var store = Store { outcome in outcome.drafts.contains { $0.update.resource == "\(poison)" } ? error : nil }
        #expect(store.take(self.batch(8)) == true)
        #expect(store.log == (0..<8).filter { $0 != poison }.map(String.init))
        #expect(store.letters.map(\.entryID) == [Int64(poison)])
        #expect(store.letters[0].reason == .attemptsExhausted)
        #expect(String(buffer: store.letters[0].item) == "item \(poison)")
        #expect(store.settled.sorted() == Array(0..<8))
        // Refused at once is not tried again; what may pass is.
        #expect(error.isRetryable ? store.probes > 0 : store.probes == 0 && store.waits == 0)
    }

    @Test func severalToBlame() {
        let poison: Set<String> = ["0", "3", "4", "15"]
        var store = Store { outcome in outcome.drafts.contains { poison.contains($0.update.resource) } ? .refusal : nil }
        #expect(store.take(self.batch(16)) == true)
        #expect(store.log == (0..<16).map(String.init).filter { !poison.contains($0) })
        #expect(store.letters.map(\.entryID) == [0, 3, 4, 15])
    }

    @Test func settlesNothingBeforeTheLastOfIt() {
        var seen: [[Int64]] = []
        var store = Store { outcome in
            if outcome.drafts.count > 2 { return .refusal }
            seen.append(outcome.settled)
            return nil
        }
        #expect(store.take(self.batch(7)) == true)
        #expect(seen.dropLast().flatMap { $0 }.isEmpty)
        #expect(seen.last == Array(0..<7))
    }

    @Test func whatCannotEvenBeKeptIsNotedWithoutItsBytes() {
        var store = Store { outcome in
            let isWrong = outcome.drafts.contains { $0.update.resource == "1" }
            return isWrong || outcome.deadLetters.contains { $0.item.readableBytes > 0 } ? .refusal : nil
        }
        #expect(store.take(self.batch(3)) == true)
        #expect(store.log == ["0", "2"])
        #expect(store.letters.map(\.item.readableBytes) == [0])
    }

    @Test func aStoreThatRefusesEverythingLosesNothing() {
        var store = Store { _ in .refusal }
        #expect(store.take(self.batch(4)) == false)
        #expect(store.waits > 0 && store.settled.isEmpty)
    }

    @Test func anOutageWhileAnItemIsPutAsideGivesItAnotherChance() {
        var isBroken = false
        var refusals = 0
        var store = Store { outcome in
            if isBroken {
                isBroken = outcome.drafts.isEmpty
                return .outage
            }
            if !outcome.drafts.isEmpty, refusals == 0 {
                refusals += 1
                isBroken = true
                return .refusal
            }
            return nil
        }
        #expect(store.take(self.batch(1)) == true)
        #expect(store.log == ["0"] && store.letters.isEmpty)
    }

    @Test func onlyLifecycleEventsSettleToo() {
        var batch = RelayBatch()
        batch.append(LifecycleNotification(subscriptionID: "s", event: .missed))
        batch.settle(9)
        var failures = 3
        var store = Store { _ in
            failures -= 1
            return failures > 0 ? .refusal : nil
        }
        #expect(store.take(batch) == true)
        #expect(store.settled == [9])
    }
}
