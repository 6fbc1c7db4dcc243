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
    private var mailboxCounts: [String: Int] = [:]
    private var presenceNumbers: Set<Int> = []
    private var lastNumber = 0
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

    /// How many live now.
    mutating func count(at now: Int64) -> Int {
        self.expire(at: now)
        return self.subscriptions.count
    }

    /// How many watch something in the mailbox of this user.
    mutating func count(ofMailbox userID: String, at now: Int64) -> Int {
        self.expire(at: now)
        return self.mailboxCounts[userID] ?? 0
    }

    /// Those to presence, of which there is one for each application and user.
    mutating func presences(at now: Int64) -> [EmulatedSubscription] {
        self.expire(at: now)
        return self.presenceNumbers.compactMap { self.subscriptions[$0] }
    }

    mutating func subscription(id: String, of caller: Caller, now: Int64) -> EmulatedSubscription? {
        self.expire(at: now)
        guard let number = self.numbers[id.lowercased()], let found = self.subscriptions[number], found.isVisible(to: caller)
        else { return nil }
        return found
    }

    /// One that the caller has already for the same changes to the same resource.
    mutating func duplicate(of proposal: SubscriptionProposal, now: Int64) -> EmulatedSubscription? {
        self.expire(at: now)
        for number in self.sameResource[proposal.path.canonical] ?? [] {
            guard let found = self.subscriptions[number], found.isVisible(to: proposal.caller),
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
        self.subscriptions[subscription.number] = subscription
        self.numbers[subscription.id] = subscription.number
        for path in Self.paths(of: subscription) { self.watchers[path, default: []].append(subscription.number) }
        self.sameResource[subscription.canonicalResource, default: []].append(subscription.number)
        if let mailbox = subscription.watch.mailboxID { self.mailboxCounts[mailbox, default: 0] += 1 }
        if subscription.workload == .presence { self.presenceNumbers.insert(subscription.number) }
        self.nextExpiry = min(self.nextExpiry, subscription.expiresAt)
    }

    /// Puts `subscription` in the place of the one with its id, which watches the same.
    mutating func replace(_ subscription: EmulatedSubscription) {
        guard self.subscriptions[subscription.number]?.id == subscription.id else { return }
        self.subscriptions[subscription.number] = subscription
        self.nextExpiry = min(self.nextExpiry, subscription.expiresAt)
    }

    mutating func remove(id: String) {
        guard let number = self.numbers.removeValue(forKey: id),
            let subscription = self.subscriptions.removeValue(forKey: number)
        else { return }
        for path in Self.paths(of: subscription) { Self.drop(number, from: &self.watchers, at: path) }
        Self.drop(number, from: &self.sameResource, at: subscription.canonicalResource)
        if let mailbox = subscription.watch.mailboxID, let count = self.mailboxCounts[mailbox] {
            self.mailboxCounts[mailbox] = count > 1 ? count - 1 : nil
        }
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
    /// An application sees its own; those of another are as if they did not exist.
    func isVisible(to caller: Caller) -> Bool {
        self.applicationID == caller.applicationID && self.tenantID == caller.tenantID
    }

    /// Whether something in this state is among what it watches.
    func sees(_ state: ResourceChange.State) -> Bool {
        state.watched.contains { self.watch.paths.contains($0) } && (self.watch.filter?.matches(state.members) ?? true)
    }
}
