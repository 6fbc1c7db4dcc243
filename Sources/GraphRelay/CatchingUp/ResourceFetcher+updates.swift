import GraphNotifications

extension ResourceFetcher {
    /// Whether an update is to bring its object, and does not yet.
    func fetches(for update: GraphUpdate) -> Bool {
        guard update.data == nil, update.changeType != "deleted", let subscription = update.subscription else { return false }
        return self.fetches(for: subscription, isRecovered: update.isRecovered)
    }

    /// Brings the objects of those that are to have one.
    func fill(_ drafts: inout ArraySlice<UpdateDraft>) async {
        let places = drafts.indices.filter { self.fetches(for: drafts[$0].update) }
        guard !places.isEmpty else { return }
        let outcomes = await self.fetch(
            places.map { Request(subscription: drafts[$0].update.subscription ?? "", resource: drafts[$0].update.resource) }
        )
        for (place, outcome) in zip(places, outcomes) { drafts[place].update.set(outcome) }
    }
}

extension GraphUpdate {
    mutating func set(_ outcome: FetchOutcome) {
        if case .found(let object) = outcome { self.data = object }
        self.missing = outcome.missing
    }
}
