import JSONBytes
import Synchronization

/// A subscription whose notifications are taken.
public struct KnownSubscription: Sendable, Equatable {
    /// The name it was declared under.
    public var name: String
    /// Graph's id of it.
    public var id: String
    /// The secret that Graph repeats in each of its notifications.
    public var clientState: String
    /// The tenant it belongs to, if known.
    public var tenantID: String?
    /// The application that it belongs to, if known.
    public var applicationID: String?

    public init(
        name: String, id: String, clientState: String, tenantID: String? = nil, applicationID: String? = nil
    ) {
        self.name = name
        self.id = id
        self.clientState = clientState
        self.tenantID = tenantID
        self.applicationID = applicationID
    }
}

extension KnownSubscription: CustomStringConvertible {
    public var description: String { "KnownSubscription(\(self.name), \(self.id))" }
}

/// Which subscriptions are known now.
///
/// It is asked on event loops for every item that Graph posts, and changed a few times a day.
public final class SubscriptionDirectory: Sendable {
    /// A subscription, and when something of it came.
    struct Entry: Sendable {
        var subscription: KnownSubscription
        /// The same for all that had its name.
        let activity: SubscriptionActivity
    }

    /// A state of the directory. Taking one costs a lock; asking it costs none.
    struct Table: Sendable {
        /// By name; the current one last.
        private var byName: [String: [Entry]] = [:]
        /// Keyed by a hash of the id's bytes, so that an id need not become a string to be looked up. The keys are hashes of
        /// our own ids only: a stranger cannot make them collide.
        private var byHash: [UInt64: [Entry]] = [:]

        func entry(id: String) -> Entry? {
            var id = id
            return id.withUTF8 { self.entry(id: UnsafeRawBufferPointer($0)) }
        }

        func entry(id: JSONStringSlice) -> Entry? {
            guard id.hasEscapes else { return self.entry(id: id.bytes) }
            return id.string.flatMap { self.entry(id: $0) }
        }

        private func entry(id: UnsafeRawBufferPointer) -> Entry? {
            self.byHash[Self.hash(id)]?.first { $0.subscription.id.utf8.elementsEqual(id) }
        }

        func activity(name: String) -> SubscriptionActivity? { self.byName[name]?.last?.activity }

        /// The current ones, by name.
        var current: [KnownSubscription] {
            self.byName.values.compactMap(\.last?.subscription).sorted { $0.name < $1.name }
        }

        mutating func set(_ subscription: KnownSubscription, keepingOthers: Bool = false) {
            let activity = self.activity(name: subscription.name) ?? SubscriptionActivity()
            if !keepingOthers { self.remove(name: subscription.name) }
            self.remove(id: subscription.id, of: subscription.name)
            let entry = Entry(subscription: subscription, activity: activity)
            self.byName[subscription.name, default: []].append(entry)
            self.byHash[Self.hash(subscription.id), default: []].append(entry)
        }

        mutating func remove(name: String) {
            for old in self.byName[name] ?? [] { self.remove(id: old.subscription.id, of: name) }
        }

        mutating func remove(id: String, of name: String) {
            guard let entries = self.byName[name], entries.contains(where: { $0.subscription.id == id }) else { return }
            let left = entries.filter { $0.subscription.id != id }
            self.byName[name] = left.isEmpty ? nil : left
            let key = Self.hash(id)
            self.byHash[key]?.removeAll { $0.subscription.name == name && $0.subscription.id == id }
            if self.byHash[key]?.isEmpty == true { self.byHash[key] = nil }
        }

        private static func hash(_ id: String) -> UInt64 {
            var id = id
            return id.withUTF8 { self.hash(UnsafeRawBufferPointer($0)) }
        }

        /// FNV-1a, 64 bits.
        private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            return hash
        }
    }

    private let state: Mutex<Table>

    /// - Parameter known: What is known from the start.
    public init(_ known: [KnownSubscription] = []) {
        var table = Table()
        for subscription in known { table.set(subscription) }
        self.state = Mutex(table)
    }

    /// The directory as it is now.
    var table: Table { self.state.withLock { $0 } }

    /// The subscription that Graph gave this id.
    public func subscription(id: String) -> KnownSubscription? {
        self.table.entry(id: id)?.subscription
    }

    /// All of them, by name; without those that another took the place of.
    public var all: [KnownSubscription] { self.table.current }

    /// Adds a subscription; it replaces the one of the same name.
    public func set(_ subscription: KnownSubscription) {
        self.state.withLock { $0.set(subscription) }
    }

    /// Adds a subscription; those of the same name before stay known, because something of them may be on its way.
    func add(_ subscription: KnownSubscription) {
        self.state.withLock { $0.set(subscription, keepingOthers: true) }
    }

    /// Forgets the subscription of this name; does nothing if there is none.
    public func remove(name: String) {
        self.state.withLock { $0.remove(name: name) }
    }

    /// Forgets one of this name.
    func remove(id: String, of name: String) {
        self.state.withLock { $0.remove(id: id, of: name) }
    }
}
