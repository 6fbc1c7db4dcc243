import DequeModule

/// Notifications that wait for a new authorization of their subscription. Those that waited too long are lost.
struct WithheldNotifications: Sendable {
    private struct Entry: Sendable {
        var item: OutboundNotification
        /// When it is lost, in milliseconds since 1970.
        var end: Int64
    }

    /// How long they wait, in milliseconds.
    private let window: Int64
    private let maximumCount: Int
    private var entries: [String: Deque<Entry>] = [:]
    private var agenda = Agenda<String>()
    private(set) var count = 0

    init(window: Duration, maximumCount: Int) {
        self.window = window.milliseconds
        self.maximumCount = maximumCount
    }

    /// Keeps a notification, unless too many are kept already.
    mutating func add(_ item: OutboundNotification, now: Int64) -> Bool {
        guard self.count < self.maximumCount else { return false }
        let end = now + self.window
        self.entries[item.subscriptionID, default: []].append(Entry(item: item, end: end))
        if self.agenda[item.subscriptionID] == nil { self.agenda.set(item.subscriptionID, at: end) }
        self.count += 1
        return true
    }

    /// Takes out what waits for this subscription, oldest first.
    mutating func release(_ subscription: String) -> [OutboundNotification] {
        let items = self.entries.removeValue(forKey: subscription) ?? []
        self.agenda.remove(subscription)
        self.count -= items.count
        return items.map(\.item)
    }

    /// For whom something waits.
    var subscriptions: some Collection<String> { self.entries.keys }

    /// When the next one is lost.
    var nextMoment: Int64? {
        mutating get { self.agenda.next }
    }

    /// Takes out what has waited too long.
    mutating func lost(now: Int64) -> [OutboundNotification] {
        var lost: [OutboundNotification] = []
        while let id = self.agenda.pop(by: now) {
            while let first = self.entries[id]?.first, first.end <= now {
                self.entries[id]?.removeFirst()
                lost.append(first.item)
            }
            if let first = self.entries[id]?.first { self.agenda.set(id, at: first.end) } else { self.entries[id] = nil }
        }
        self.count -= lost.count
        return lost
    }
}
