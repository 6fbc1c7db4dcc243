import GraphNotifications
import NIOCore

/// Decides what becomes of each notification, without touching queue, log or clock.
///
/// Entries are opened one after another; their items are sorted into updates, dead letters, lifecycle events, and those
/// that are held until their subscription is known. An entry is settled with the last of its items.
struct NotificationSorter {
    /// An entry of which items are left to look at.
    private struct OpenEntry {
        var id: Int64
        var receivedAt: Int64
        var items: [NotificationItem]
        /// Why some must not be believed or could not be opened, by their place.
        var refusals: [Int: ContentError]
        /// The next item to look at.
        var next = 0
        /// How many are held.
        var held = 0
    }

    private let configuration: RelayConfiguration
    private let startedAt: Int64
    private var held: HeldItems
    private var batch = RelayBatch()
    private var open: OpenEntry?
    /// How many items of an entry are held still.
    private var unsettled: [Int64: Int] = [:]
    private var scratch = ByteBuffer()

    /// - Parameter startedAt: When the relay began, in milliseconds since 1970. What was received before waits from then on:
    ///   the subscriptions may have to be read first.
    init(configuration: RelayConfiguration, startedAt: Int64) {
        self.configuration = configuration
        self.startedAt = startedAt
        self.held = HeldItems(maximumCount: configuration.maximumHeld, maximumBytes: configuration.maximumHeldBytes)
    }

    /// How many items are held.
    var heldCount: Int { self.held.count }
    /// Whether anything was decided since the last time.
    var hasBatch: Bool { !self.batch.isEmpty }
    /// Whether the batch should be committed before more is decided.
    var isFull: Bool {
        self.batch.count >= self.configuration.maximumBatchItems || self.batch.bytes >= self.configuration.maximumBatchBytes
    }

    /// What was decided since the last time.
    mutating func takeBatch() -> RelayBatch {
        defer { self.batch = RelayBatch() }
        return self.batch
    }

    // MARK: - Events

    /// The next entry of the queue. The one before must have been sorted to its end.
    ///
    /// - Parameter opened: What is in it, where that was looked at already.
    mutating func open(_ entry: QueuedNotification, opened: OpenedNotifications? = nil) {
        precondition(self.open == nil, "Entry \(entry.id) was opened before the one ahead of it was sorted")
        do throws(GraphError) {
            let items = if let opened { opened.items } else { try NotificationBatch.items(in: entry.body) }
            self.open = OpenEntry(
                id: entry.id, receivedAt: entry.receivedAt, items: items, refusals: opened?.refusals ?? [:]
            )
        } catch {
            self.batch.append(
                .init(
                    entryID: entry.id, index: 0, item: entry.body,
                    fate: .deadLetter(.malformed, detail: error.message)
                )
            )
            self.batch.settle(entry.id)
        }
    }

    /// Sorts the items of the open entry until there are none left, or the batch is full.
    ///
    /// - Returns: Whether none are left.
    mutating func sort(now: Int64, known: (String) -> KnownSubscription?) -> Bool {
        guard var entry = self.open else { return true }
        // So that the array of items is not held twice while one is taken.
        self.open = nil
        while entry.next < entry.items.count {
            if self.isFull {
                self.open = entry
                return false
            }
            if let refusal = entry.refusals[entry.next] {
                self.bury(entry.items[entry.next], at: entry.next, of: entry.id, refusal)
            } else {
                let isDecided = self.sort(
                    entry.items[entry.next], at: entry.next, of: entry.id, receivedAt: entry.receivedAt, now: now,
                    known: known
                )
                if !isDecided { entry.held += 1 }
            }
            entry.next += 1
        }
        if entry.held == 0 { self.batch.settle(entry.id) } else { self.unsettled[entry.id] = entry.held }
        return true
    }

    /// Time has passed, or subscriptions have become known: decides what was held for that.
    mutating func release(now: Int64, known: (String) -> KnownSubscription?) {
        guard self.held.count > 0 else { return }
        var found: [String: KnownSubscription] = [:]
        let released = self.held.release(now: now) { subscriptionID in
            found[subscriptionID] = known(subscriptionID)
            return found[subscriptionID] != nil
        }
        for held in released {
            if let subscriptionID = held.item.subscriptionID, let subscription = found[subscriptionID] {
                self.decide(held.item, at: held.index, of: held.entryID, receivedAt: held.receivedAt, subscription)
            } else {
                self.bury(held.item, at: held.index, of: held.entryID, .unknownSubscription)
            }
            self.decided(oneOf: held.entryID)
        }
    }

    // MARK: - Decisions

    /// - Returns: Whether it is decided; otherwise it is held.
    private mutating func sort(
        _ item: NotificationItem, at index: Int, of entryID: Int64, receivedAt: Int64, now: Int64,
        known: (String) -> KnownSubscription?
    ) -> Bool {
        guard let subscriptionID = item.subscriptionID else {
            self.bury(item, at: index, of: entryID, .malformed)
            return true
        }
        // Behind those of the same subscription that wait, whether it is known by now or not.
        if !self.held.holds(subscriptionID), let subscription = known(subscriptionID) {
            self.decide(item, at: index, of: entryID, receivedAt: receivedAt, subscription)
            return true
        }
        // A clock that was put back must not make it wait for hours.
        let deadline = min(max(receivedAt, self.startedAt), now) + self.configuration.holdTime.milliseconds
        guard deadline > now else {
            self.bury(item, at: index, of: entryID, .unknownSubscription)
            return true
        }
        let held = HeldItems.Held(
            item: item.copied(), entryID: entryID, index: index, receivedAt: receivedAt, deadline: deadline
        )
        if self.held.hold(held, of: subscriptionID) { return false }
        self.bury(item, at: index, of: entryID, .holdOverflow)
        return true
    }

    private mutating func decide(
        _ item: NotificationItem, at index: Int, of entryID: Int64, receivedAt: Int64, _ subscription: KnownSubscription
    ) {
        switch item {
        case .change(let notification):
            guard ClientState.matches(notification.clientState, subscription.clientState) else {
                return self.bury(item, at: index, of: entryID, .clientStateMismatch)
            }
            self.batch.append(
                .init(
                    entryID: entryID, index: index, item: notification.item,
                    fate: .update(self.draft(of: notification, receivedAt: receivedAt, by: subscription))
                )
            )
        case .lifecycle(let notification):
            guard ClientState.matches(notification.clientState, subscription.clientState) else {
                return self.bury(item, at: index, of: entryID, .clientStateMismatch)
            }
            self.batch.append(notification)
        case .malformed:
            self.bury(item, at: index, of: entryID, .malformed)
        }
    }

    private mutating func draft(
        of notification: ChangeNotification, receivedAt: Int64, by subscription: KnownSubscription
    ) -> UpdateDraft {
        UpdateDraft(
            update: GraphUpdate(
                changeType: notification.changeType, resource: notification.resource, timestamp: receivedAt,
                topics: Topics.topics(of: notification.resource, subscription: subscription.name),
                subscription: subscription.name, tenantID: notification.tenantID, resourceID: notification.resourceID,
                data: notification.content
            ),
            deduplicationKey: DeduplicationKey(
                of: notification, by: subscription.name, configuration: self.configuration, scratch: &self.scratch
            )
        )
    }

    private mutating func bury(_ item: NotificationItem, at index: Int, of entryID: Int64, _ reason: DeadLetter.Reason) {
        let (bytes, detail) = item.remains(for: reason)
        self.batch.append(.init(entryID: entryID, index: index, item: bytes, fate: .deadLetter(reason, detail: detail)))
    }

    private mutating func bury(_ item: NotificationItem, at index: Int, of entryID: Int64, _ refusal: ContentError) {
        let reason: DeadLetter.Reason =
            switch refusal.code {
            case .tokenMissing, .tokenRefused, .keysUnavailable: .notAuthentic
            default: .contentNotOpened
            }
        let (bytes, _) = item.remains(for: reason)
        self.batch.append(
            .init(entryID: entryID, index: index, item: bytes, fate: .deadLetter(reason, detail: refusal.message))
        )
    }

    private mutating func decided(oneOf entryID: Int64) {
        guard let count = self.unsettled[entryID] else { return }
        self.unsettled[entryID] = count > 1 ? count - 1 : nil
        if count == 1 { self.batch.settle(entryID) }
    }
}

extension NotificationItem {
    /// The item with bytes of its own, which do not keep the whole body in memory.
    fileprivate func copied() -> NotificationItem {
        switch self {
        case .change(var notification):
            notification.item = ByteBuffer(bytes: notification.item.readableBytesView)
            return .change(notification)
        case .lifecycle(var notification):
            notification.item = ByteBuffer(bytes: notification.item.readableBytesView)
            return .lifecycle(notification)
        case .malformed(let detail, let item):
            return .malformed(detail: detail, item: ByteBuffer(bytes: item.readableBytesView))
        }
    }

    /// What goes into a dead letter: the bytes, and a sentence about them.
    fileprivate func remains(for reason: DeadLetter.Reason) -> (ByteBuffer, detail: String) {
        let detail =
            switch reason {
            case .clientStateMismatch: "Its client state is not the one of its subscription."
            case .unknownSubscription: "Its subscription did not become known in time."
            case .holdOverflow: "Its subscription is unknown, and too much waits already."
            default: ""
            }
        switch self {
        case .change(let notification): return (notification.item, detail)
        case .lifecycle(let notification): return (notification.item, detail)
        case .malformed(let what, let item): return (item, what)
        }
    }
}
