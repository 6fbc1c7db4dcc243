import DequeModule
import GraphNotifications
import NIOCore

/// Items whose subscription is unknown, because Graph may deliver before its create call has returned.
///
/// Bounded in count and bytes. The items of one subscription keep their order; those of different ones do not wait for
/// each other.
struct HeldItems {
    /// One item that waits.
    struct Held {
        var item: NotificationItem
        var entryID: Int64
        var index: Int
        /// When its entry was received, in milliseconds since 1970.
        var receivedAt: Int64
        /// When it has waited long enough.
        var deadline: Int64

        /// Roughly how much memory it takes: its bytes, the strings made of them, and itself.
        fileprivate var cost: Int { self.item.size * 2 + 256 }
    }

    private var subscriptions: [String: Deque<Held>] = [:]
    private(set) var count = 0
    private(set) var bytes = 0
    private let maximumCount: Int
    private let maximumBytes: Int

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    /// Whether items of this subscription wait.
    func holds(_ subscriptionID: String) -> Bool { self.subscriptions[subscriptionID] != nil }

    /// Adds an item behind those of the same subscription.
    ///
    /// - Returns: `false` if there is no room for it.
    mutating func hold(_ held: Held, of subscriptionID: String) -> Bool {
        let cost = held.cost
        guard self.count < self.maximumCount, self.bytes + cost <= self.maximumBytes else { return false }
        self.count += 1
        self.bytes += cost
        self.subscriptions[subscriptionID, default: []].append(held)
        return true
    }

    /// Takes out what need not wait any longer, because its subscription is known or because it waited long enough.
    ///
    /// - Returns: The items in the order in which they came.
    mutating func release(now: Int64, isKnown: (String) -> Bool) -> [Held] {
        var released: [Held] = []
        for (subscriptionID, var waiting) in self.subscriptions {
            if isKnown(subscriptionID) {
                released.append(contentsOf: waiting)
                self.subscriptions[subscriptionID] = nil
            } else if let first = waiting.first, first.deadline <= now {
                while let next = waiting.first, next.deadline <= now { released.append(waiting.removeFirst()) }
                self.subscriptions[subscriptionID] = waiting.isEmpty ? nil : waiting
            }
        }
        for held in released {
            self.count -= 1
            self.bytes -= held.cost
        }
        return released.sorted { ($0.entryID, $0.index) < ($1.entryID, $1.index) }
    }
}

extension NotificationItem {
    fileprivate var size: Int {
        switch self {
        case .change(let notification): notification.item.readableBytes + (notification.content?.readableBytes ?? 0)
        case .lifecycle(let notification): notification.item.readableBytes
        case .malformed(_, let item): item.readableBytes
        }
    }
}
