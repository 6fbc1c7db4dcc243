import GraphNotifications
import NIOCore

/// What was decided about some items, and is not in the log yet.
struct RelayBatch: Sendable {
    /// What became of one item.
    enum Fate: Sendable {
        case update(UpdateDraft)
        case deadLetter(DeadLetter.Reason, detail: String)
    }

    /// One item and what became of it.
    struct Decision: Sendable {
        /// The queue entry it came in.
        var entryID: Int64
        /// Its place within the entry.
        var index: Int
        /// Its bytes.
        var item: ByteBuffer
        var fate: Fate
    }

    /// In the order in which they go into the log.
    private(set) var decisions: [Decision] = []
    /// The entries of which nothing is left to decide.
    private(set) var settled: [Int64] = []
    /// Events to hand over before the rest is committed.
    private(set) var lifecycle: [LifecycleNotification] = []
    /// The size of all items.
    private(set) var bytes = 0

    var isEmpty: Bool { self.decisions.isEmpty && self.settled.isEmpty && self.lifecycle.isEmpty }
    /// How many items it deals with.
    var count: Int { self.decisions.count + self.lifecycle.count }

    mutating func append(_ decision: Decision) {
        self.decisions.append(decision)
        self.bytes += decision.item.readableBytes
        if case .update(let draft) = decision.fate { self.bytes += draft.update.data?.readableBytes ?? 0 }
    }

    mutating func append(_ notification: LifecycleNotification) {
        self.lifecycle.append(notification)
        self.bytes += notification.item.readableBytes
    }

    mutating func settle(_ entryID: Int64) {
        self.settled.append(entryID)
    }

    // MARK: - Objects that have to be fetched

    /// Takes out what need not wait for objects to be fetched: everything but the updates that need one, and those behind them
    /// of the same thing.
    ///
    /// What is taken out settles nothing: a crash in between has it relayed again, and it is known then.
    mutating func takeReady(fetches: (GraphUpdate) -> Bool) -> RelayBatch {
        var ready = RelayBatch()
        var waiting: [Decision] = []
        var things: Set<String> = []
        for decision in self.decisions {
            guard case .update(let draft) = decision.fate else {
                ready.append(decision)
                continue
            }
            let thing = (draft.update.resourceID ?? draft.update.resource).lowercased()
            if things.contains(thing) || fetches(draft.update) {
                things.insert(thing)
                waiting.append(decision)
            } else {
                ready.append(decision)
            }
        }
        self.decisions = waiting
        return ready
    }

    /// The updates, to be changed in place.
    mutating func change(_ body: (inout ArraySlice<UpdateDraft>) async -> Void) async {
        var places: [Int] = []
        var drafts: ArraySlice<UpdateDraft> = []
        for (place, decision) in self.decisions.enumerated() {
            guard case .update(let draft) = decision.fate else { continue }
            places.append(place)
            drafts.append(draft)
        }
        await body(&drafts)
        for (place, draft) in zip(places, drafts) { self.decisions[place].fate = .update(draft) }
    }
}

extension RelayBatch.Decision {
    /// Whether it is an update whose object has to be fetched.
    func fetches(with fetcher: ResourceFetcher) -> Bool {
        guard case .update(let draft) = self.fate else { return false }
        return fetcher.fetches(for: draft.update)
    }
}

extension RelayOutcome {
    /// What the log is asked to do.
    init(_ decisions: ArraySlice<RelayBatch.Decision>, settled: [Int64]) {
        self.init(settled: settled)
        self.drafts.reserveCapacity(decisions.count)
        for decision in decisions {
            switch decision.fate {
            case .update(let draft):
                self.drafts.append(draft)
            case .deadLetter(let reason, let detail):
                self.deadLetters.append(
                    DeadLetter(
                        entryID: decision.entryID, index: decision.index, reason: reason, detail: detail,
                        item: decision.item
                    )
                )
            }
        }
    }
}
