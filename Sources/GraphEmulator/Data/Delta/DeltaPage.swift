import DequeModule

/// One page of what has changed.
struct DeltaPage: Sendable {
    enum Item: Sendable, Equatable {
        case present(Entity)
        case gone(Tombstone)
    }

    var items: [Item]
    /// Where the next page begins, or, after the last page, the next round.
    var token: DeltaToken
    var isLast: Bool
}

extension EntityCollection {
    /// The changes after one number up to another, in their order; of something that changed twice, only the last.
    ///
    /// - Parameter withGone: Whether what has gone belongs to it: not if somebody asks for the first time.
    func changes(
        after: Int, upTo: Int, withGone: Bool, where isWanted: (Entity) -> Bool, wasWanted: (Tombstone) -> Bool
    ) -> [(number: Int, item: DeltaPage.Item)] {
        var changes: [(number: Int, item: DeltaPage.Item)] = []
        for entity in self.entities() where entity.changedIn > after && entity.changedIn <= upTo && isWanted(entity) {
            changes.append((entity.changedIn, .present(entity)))
        }
        if withGone {
            var last: [String: Tombstone] = [:]
            for tombstone in self.tombstones where tombstone.change <= upTo && wasWanted(tombstone) {
                last[tombstone.id] = tombstone
            }
            for tombstone in last.values where tombstone.change > after {
                // It has come back, and speaks for itself.
                if let entity = self.entity(tombstone.id), isWanted(entity) { continue }
                changes.append((tombstone.change, .gone(tombstone)))
            }
        }
        return changes.sorted { $0.number < $1.number }
    }

    /// The number of the last change that had happened at this moment, in milliseconds since 1970.
    func lastChange(at moment: Int64) -> Int {
        let changed = self.entities().lazy.filter { $0.changedAt > moment }.map(\.changedIn).min() ?? .max
        let gone = self.tombstones.lazy.filter { $0.at > moment }.map(\.change).min() ?? .max
        return min(self.lastChange, min(changed, gone) - 1)
    }
}
