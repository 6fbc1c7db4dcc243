import GraphNotifications

/// What happened at the emulated Graph, and what the log must therefore say.
///
/// The rule, for each subscription and each thing that changed, by the types it asks for:
///
/// 1. What happened while the subscription was alive and nothing was lost is in the log as itself: there are at least as many
///    updates of a type as there were such changes.
/// 2. What was lost, of a resource of which Graph lists changes, is in the log as itself or as something later: an update of the
///    same thing of the same type, or that it is deleted. Nothing need tell of something that is gone and whose deletion was not
///    asked for.
/// 3. Mail, events and contacts: never more updates of a type than there were changes. Chats, of which Graph lists nothing, too.
///    Where creations are not asked for, one update may tell that something has come into being: lists do not tell the two apart.
///    What was found, and modified by then, and whose creation Graph still notified of, may be created twice: the versions differ.
///    What was found to be gone, and whose deletion Graph still notified of, may be deleted twice: what is gone has no version.
struct Ledger: Sendable {
    /// A change that concerns a subscription.
    struct Expectation: Sendable {
        var subscription: String
        var kind: Place.Kind
        var item: String
        var type: ChangeTypes
        /// Whether its notification had a chance to arrive.
        var isHeard: Bool
        /// The end of the log at that moment.
        var logEnd: Int64
        /// When it was, for people.
        var hour: Int
    }

    /// An update in the log.
    struct Entry: Sendable {
        var offset: Int64
        var subscription: String
        var item: String?
        var type: String
        var isRecovered: Bool
    }

    private(set) var expectations: [Expectation] = []
    /// How many changes were made.
    private(set) var changes = 0

    mutating func changed() { self.changes += 1 }
    mutating func expect(_ expectation: Expectation) { self.expectations.append(expectation) }

    /// What came of it all.
    struct Verdict: Sendable {
        var troubles: [String] = []
        var heard = 0
        var unheard = 0
        /// Of those that were not heard: found, represented by something later, gone before anybody looked, of a resource without lists.
        var found = 0
        var represented = 0
        var gone = 0
        var notListed = 0
        /// Updates that tell of a change a second time.
        var repeated = 0
    }

    private struct Thing: Hashable {
        var subscription: String
        var item: String
    }

    /// What came into being, what was modified, and what is gone.
    var created: Set<String> = []
    var modified: Set<String> = []
    var deleted: Set<String> = []

    func verdict(_ entries: [Entry], of requests: [SubscriptionRequest]) -> Verdict {
        let asked = Dictionary(requests.map { ($0.name, $0.changeTypes) }) { first, _ in first }
        var verdict = Verdict()
        var told: [Thing: [Entry]] = [:]
        for entry in entries {
            guard let item = entry.item else { continue }
            told[Thing(subscription: entry.subscription, item: item), default: []].append(entry)
        }
        let byThing = Dictionary(grouping: self.expectations) { Thing(subscription: $0.subscription, item: $0.item) }
        for (thing, expected) in byThing.sorted(by: { ($0.key.subscription, $0.key.item) < ($1.key.subscription, $1.key.item) }) {
            let mayTellOfCreation = self.created.contains(thing.item) && asked[thing.subscription]?.contains(.created) == false
            Self.judge(
                thing, expected, told[thing] ?? [], gone: self.deleted.contains(thing.item),
                isModified: self.modified.contains(thing.item), spare: mayTellOfCreation ? 1 : 0, &verdict
            )
        }
        for (thing, entries) in told where byThing[thing] == nil {
            if self.created.contains(thing.item), entries.map(\.type) == ["updated"],
                asked[thing.subscription]?.contains(.created) == false
            {
                continue
            }
            verdict.troubles.append("\(thing.subscription): \(entries.count) updates of \(thing.item), which did not change")
        }
        return verdict
    }

    private static func judge(
        _ thing: Thing, _ expected: [Expectation], _ entries: [Entry], gone: Bool, isModified: Bool, spare: Int,
        _ verdict: inout Verdict
    ) {
        let kind = expected[0].kind
        func trouble(_ text: String) {
            let story = expected.map { "\($0.hour):\($0.type)\($0.isHeard ? "" : "?")@\($0.logEnd)" }.joined(separator: " ")
            let log = entries.map { "\($0.type)\($0.isRecovered ? "*" : "")@\($0.offset)" }.joined(separator: " ")
            verdict.troubles.append("\(thing.subscription) (\(kind.rawValue)): \(text) [happened \(story); told \(log)]")
        }
        for type in [ChangeTypes.created, .updated, .deleted] {
            let changes = expected.filter { $0.type == type }
            // Notifications of a drive name nothing; what it lists are updates.
            let name = kind.isVague ? "updated" : type.description
            let updates = entries.filter { $0.type == name }
            let heard = changes.count(where: \.isHeard)
            verdict.heard += heard
            if !kind.isVague {
                if updates.count < heard { trouble("\(heard) \(type) were heard, \(updates.count) are told of") }
                let wasModified = type == .created && expected.contains { !$0.isHeard } && isModified
                let allowed =
                    switch type {
                    case .updated: spare
                    case .deleted: min(updates.count(where: \.isRecovered), updates.count { !$0.isRecovered })
                    default: wasModified ? 1 : 0
                    }
                let surplus = max(0, updates.count - changes.count - allowed)
                verdict.repeated += surplus
                if surplus > 0, kind.isExact || !kind.isListed { trouble("\(surplus) \(type) too many") }
            }
            let recovered = updates.filter(\.isRecovered)
            for change in changes where !change.isHeard || kind.isVague {
                if !change.isHeard { verdict.unheard += 1 }
                let later = entries.filter { $0.offset > change.logEnd && ($0.type == name || $0.type == "deleted") }
                if later.isEmpty {
                    if !kind.isListed {
                        verdict.notListed += 1
                    } else if gone, type != .deleted {
                        verdict.gone += 1
                    } else {
                        trouble("\(type) at hour \(change.hour) is not told of")
                    }
                } else if !change.isHeard {
                    if recovered.contains(where: { $0.offset > change.logEnd }) {
                        verdict.found += 1
                    } else {
                        verdict.represented += 1
                    }
                }
            }
        }
    }
}
