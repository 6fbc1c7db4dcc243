/// Decides what happened to something that Graph lists as changed: Graph does not say.
struct ChangeDecision: Sendable {
    /// What happened, and how it is recognized if a notification told of it.
    struct Change: Equatable {
        var type: ChangeTypes
        /// Whether any notification of this kind, whatever the version, told of it.
        var matchesAnyVersion: Bool
    }

    var kind: DeltaQuery.Kind
    /// What the subscription asks for.
    var asked: ChangeTypes
    /// What happened before has been read.
    var since: Int64
    /// Only what was modified from then on is of interest; `nil` if everything is.
    var floor: Int64?
    /// How far Graph's clock and ours may be apart, in milliseconds.
    var tolerance: Int64

    /// What happened, in order; nothing if it is of no interest.
    ///
    /// What came into being since then was created, and updated as well if it was modified later than it was created. What does
    /// not say when it came into being was updated, unless the subscription asks for what is created only.
    func changes(of item: DeltaItem) -> [Change] {
        guard !item.isRoot, self.floor != DeltaPosition.nothing else { return [] }
        if let removal = item.removal { return self.removal(removal) }
        if let floor = self.floor {
            guard let modifiedAt = item.modifiedAt, modifiedAt >= floor - self.tolerance else { return [] }
        }
        guard let createdAt = item.createdAt else {
            let type: ChangeTypes = self.asked.contains(.updated) ? .updated : .created
            return self.asked.contains(type) ? [Change(type: type, matchesAnyVersion: false)] : []
        }
        let isNew = createdAt >= self.since - self.tolerance
        let isModified = item.modifiedAt.map { $0 > createdAt } ?? false
        var changes: [Change] = []
        if isNew, self.asked.contains(.created) {
            // What was modified within the second in which it was created does not show it: only the same version is the same.
            changes.append(Change(type: .created, matchesAnyVersion: isModified || !self.asked.contains(.updated)))
        }
        if self.asked.contains(.updated), !isNew || isModified || !self.asked.contains(.created) {
            changes.append(Change(type: .updated, matchesAnyVersion: false))
        }
        return changes
    }

    private func removal(_ reason: String) -> [Change] {
        if self.asked.contains(.deleted) { return [Change(type: .deleted, matchesAnyVersion: true)] }
        // Users and groups that were put aside: notifications call that an update.
        let isPutAside = reason == "changed" && (self.kind == .user || self.kind == .group)
        return isPutAside && self.asked.contains(.updated) ? [Change(type: .updated, matchesAnyVersion: false)] : []
    }
}
