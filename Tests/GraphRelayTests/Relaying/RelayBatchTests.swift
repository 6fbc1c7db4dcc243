import NIOCore
import Testing

@testable import GraphRelay

@Suite struct RelayBatchTests {
    private func decision(_ id: Int64, _ resourceID: String?, type: String = "updated", by subscription: String)
        -> RelayBatch.Decision
    {
        let update = GraphUpdate(
            changeType: type, resource: "r/\(id)", timestamp: 0, topics: ["all"], subscription: subscription,
            resourceID: resourceID
        )
        return .init(
            entryID: id, index: 0, item: ByteBuffer(),
            fate: .update(
                UpdateDraft(update: update, deduplicationKey: DeduplicationKey(high: 0, low: UInt64(id), window: .zero)))
        )
    }

    @Test func whatNeedsNoObjectDoesNotWait() async {
        var batch = RelayBatch()
        batch.append(self.decision(1, "a", by: "fetched"))
        batch.append(self.decision(2, "b", by: "plain"))
        batch.append(.init(entryID: 3, index: 0, item: ByteBuffer(), fate: .deadLetter(.malformed, detail: "")))
        // Behind the one ahead of it, though it needs no object itself.
        batch.append(self.decision(4, "A", type: "deleted", by: "fetched"))
        batch.append(self.decision(5, "c", type: "deleted", by: "fetched"))
        batch.append(self.decision(6, nil, by: "fetched"))
        batch.settle(7)
        let ready = batch.takeReady { $0.subscription == "fetched" && $0.changeType != "deleted" }
        #expect(ready.decisions.map(\.entryID) == [2, 3, 5])
        #expect(ready.settled.isEmpty)
        #expect(batch.decisions.map(\.entryID) == [1, 4, 6])
        #expect(batch.settled == [7])
        await batch.change { drafts in
            for index in drafts.indices { drafts[index].update.missing = "x\(index)" }
        }
        let missing = batch.decisions.map { decision -> String? in
            guard case .update(let draft) = decision.fate else { return nil }
            return draft.update.missing
        }
        #expect(missing == ["x0", "x1", "x2"])
    }
}
