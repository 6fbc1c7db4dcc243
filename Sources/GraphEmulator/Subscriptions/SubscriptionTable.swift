import GraphNotifications

/// The live subscriptions. Those whose time is up are gone for whoever asks.
///
/// Who watches what is found by the path, not by looking at each: there may be ten thousand.
struct SubscriptionTable: Sendable {
    private var subscriptions: [Int: EmulatedSubscription] = [:]
    private var numbers: [String: Int] = [:]
    /// By tenant and watched path.
    private var watchers: [WatchedPath: [Int]] = [:]
    /// By the resource as all ways to write it have in common.
    private var sameResource: [String: [Int]] = [:]
    private var presenceNumbers: Set<Int> = []
    private var lastNumber = 0
    /// Deleted ones that still count, and until when.
    private var deleted: [(subscription: EmulatedSubscription, until: Int64)] = []
    /// No subscription ends before this, in milliseconds since 1970.
    private var nextExpiry = Int64.max

    private struct WatchedPath: Hashable {
        var tenantID: String
        var path: String
    }

    /// All that live now, oldest first.
    mutating func live(at now: Int64) -> [EmulatedSubscription] {
        self.expire(at: now)
        return self.subscriptions.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Those to presence, of which there is one for each application and user.
    mutating func presences(at now: Int64) -> [EmulatedSubscription] {
        self.expire(at: now)
        return self.presenceNumbers.compactMap { self.subscriptions[$0] }
    }

    /// All that count against quotas now, in no order.
    mutating func counted(at now: Int64) -> [EmulatedSubscription] {
        self.deleted.removeAll { $0.until <= now }
        self.expire(at: now)
        return self.subscriptions.values + self.deleted.map(\.subscription)
    }

    /// A live one, whoever asks.
    mutating func subscription(id: String, now: Int64) -> EmulatedSubscription? {
        self.expire(at: now)
        return self.numbers[id.lowercased()].flatMap { self.subscriptions[$0] }
    }

    /// One that the caller has already for the same changes to the same resource.
    mutating func duplicate(of proposal: SubscriptionProposal, now: Int64) -> EmulatedSubscription? {
        self.expire(at: now)
        for number in self.sameResource[proposal.path.canonical] ?? [] {
            guard let found = self.subscriptions[number], found.isOwned(by: proposal.caller),
                found.changeTypes == proposal.changeTypes
            else { continue }
            return found
        }
        return nil
    }

    /// Those that want to know of this change, oldest first, and what it is for them.
    mutating func concerned(by change: ResourceChange, now: Int64) -> [(EmulatedSubscription, ChangeTypes)] {
        self.expire(at: now)
        var found: Set<Int> = []
        for state in [change.before, change.after] {
            for path in state?.watched ?? [] {
                found.formUnion(self.watchers[WatchedPath(tenantID: change.tenantID, path: path)] ?? [])
            }
        }
        return found.sorted().compactMap { number in
            guard let subscription = self.subscriptions[number], let type = change.type(for: subscription) else { return nil }
            return (subscription, type)
        }
    }

    mutating func nextNumber() -> Int {
        self.lastNumber += 1
        return self.lastNumber
    }

    mutating func insert(_ subscription: EmulatedSubscription) {
        self.lastNumber = max(self.lastNumber, subscription.number)
        self.subscriptions[subscription.number] = subscription
        self.numbers[subscription.id] = subscription.number
        for path in Self.paths(of: subscription) { self.watchers[path, default: []].append(subscription.number) }
        self.sameResource[subscription.canonicalResource, default: []].append(subscription.number)
        if subscription.workload == .presence { self.presenceNumbers.insert(subscription.number) }
        self.nextExpiry = min(self.nextExpiry, subscription.expiresAt)
    }

    /// Puts `subscription` in the place of the one with its id, which watches the same.
    mutating func replace(_ subscription: EmulatedSubscription) {
        guard self.subscriptions[subscription.number]?.id == subscription.id else { return }
        self.subscriptions[subscription.number] = subscription
        self.nextExpiry = min(self.nextExpiry, subscription.expiresAt)
    }

    /// - Parameter counting: Until when it counts against quotas, in milliseconds since 1970.
    mutating func remove(_ subscription: EmulatedSubscription, counting: Int64) {
        self.remove(id: subscription.id)
        self.deleted.append((subscription, counting))
    }

    private mutating func remove(id: String) {
        guard let number = self.numbers.removeValue(forKey: id),
            let subscription = self.subscriptions.removeValue(forKey: number)
        else { return }
        for path in Self.paths(of: subscription) { Self.drop(number, from: &self.watchers, at: path) }
        Self.drop(number, from: &self.sameResource, at: subscription.canonicalResource)
        self.presenceNumbers.remove(number)
    }

    private mutating func expire(at now: Int64) {
        guard now >= self.nextExpiry else { return }
        for subscription in self.subscriptions.values where subscription.expiresAt <= now { self.remove(id: subscription.id) }
        self.nextExpiry = self.subscriptions.values.reduce(.max) { min($0, $1.expiresAt) }
    }

    private static func paths(of subscription: EmulatedSubscription) -> [WatchedPath] {
        subscription.watch.paths.map { WatchedPath(tenantID: subscription.tenantID, path: $0) }
    }

    private static func drop<Key>(_ number: Int, from index: inout [Key: [Int]], at key: Key) {
        index[key]?.removeAll { $0 == number }
        if index[key]?.isEmpty == true { index[key] = nil }
    }
}

extension EmulatedSubscription {
    /// Whether something in this state is among what it watches.
    func sees(_ state: ResourceChange.State) -> Bool {
        state.watched.contains { self.watch.paths.contains($0) } && (self.watch.filter?.matches(state.members) ?? true)
    }
}
