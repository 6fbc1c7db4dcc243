import GraphNotifications

/// The live subscriptions, in the order they were created. Those whose time is up are gone for whoever asks.
struct SubscriptionTable: Sendable {
    private var subscriptions: [EmulatedSubscription] = []
    private var lastNumber = 0
    /// Deleted ones that still count, and until when.
    private var deleted: [(subscription: EmulatedSubscription, until: Int64)] = []

    /// All that live now, oldest first.
    mutating func live(at now: Int64) -> [EmulatedSubscription] {
        self.subscriptions.removeAll { $0.expiresAt <= now }
        return self.subscriptions
    }

    /// All that count against quotas now.
    mutating func counted(at now: Int64) -> [EmulatedSubscription] {
        self.deleted.removeAll { $0.until <= now }
        return self.live(at: now) + self.deleted.map(\.subscription)
    }

    /// A live one, whoever asks.
    mutating func subscription(id: String, now: Int64) -> EmulatedSubscription? {
        self.live(at: now).first { $0.id == id.lowercased() }
    }

    /// One that the caller has already for the same changes to the same resource.
    mutating func duplicate(of proposal: SubscriptionProposal, now: Int64) -> EmulatedSubscription? {
        self.live(at: now).first {
            $0.isOwned(by: proposal.caller) && $0.canonicalResource == proposal.path.canonical
                && $0.changeTypes == proposal.changeTypes
        }
    }

    /// Those that want to know of this change.
    mutating func watching(_ change: ChangeTypes, user: String, folder: String, now: Int64) -> [EmulatedSubscription] {
        self.live(at: now).filter { subscription in
            guard let watch = subscription.watch, watch.userID == user else { return false }
            return subscription.changeTypes.contains(change) && (watch.folderID == nil || watch.folderID == folder)
        }
    }

    mutating func nextNumber() -> Int {
        self.lastNumber += 1
        return self.lastNumber
    }

    mutating func insert(_ subscription: EmulatedSubscription) {
        self.subscriptions.append(subscription)
    }

    mutating func replace(_ subscription: EmulatedSubscription) {
        guard let index = self.subscriptions.firstIndex(where: { $0.id == subscription.id }) else { return }
        self.subscriptions[index] = subscription
    }

    /// - Parameter counting: Until when it counts against quotas, in milliseconds since 1970.
    mutating func remove(_ subscription: EmulatedSubscription, counting: Int64) {
        self.subscriptions.removeAll { $0.id == subscription.id }
        self.deleted.append((subscription, counting))
    }
}
