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
    /// A state of the directory. Taking one costs a lock; asking it costs none.
    struct Table: Sendable {
        private(set) var byName: [String: KnownSubscription] = [:]
        /// Keyed by a hash of the id's bytes, so that an id need not become a string to be looked up. The keys are hashes of
        /// our own ids only: a stranger cannot make them collide.
        private var byHash: [UInt64: [KnownSubscription]] = [:]

        func subscription(id: String) -> KnownSubscription? {
            var id = id
            return id.withUTF8 { self.subscription(id: UnsafeRawBufferPointer($0)) }
        }

        func subscription(id: JSONStringSlice) -> KnownSubscription? {
            guard id.hasEscapes else { return self.subscription(id: id.bytes) }
            return id.string.flatMap { self.subscription(id: $0) }
        }

        private func subscription(id: UnsafeRawBufferPointer) -> KnownSubscription? {
            self.byHash[Self.hash(id)]?.first { $0.id.utf8.elementsEqual(id) }
        }

        mutating func set(_ subscription: KnownSubscription) {
            self.remove(name: subscription.name)
            self.byName[subscription.name] = subscription
            self.byHash[Self.hash(subscription.id), default: []].append(subscription)
        }

        mutating func remove(name: String) {
            guard let old = self.byName.removeValue(forKey: name) else { return }
            let key = Self.hash(old.id)
            self.byHash[key]?.removeAll { $0.name == name }
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
        self.table.subscription(id: id)
    }

    /// All of them, by name.
    public var all: [KnownSubscription] {
        self.table.byName.values.sorted { $0.name < $1.name }
    }

    /// Adds a subscription; it replaces the one of the same name.
    public func set(_ subscription: KnownSubscription) {
        self.state.withLock { $0.set(subscription) }
    }

    /// Forgets the subscription of this name; does nothing if there is none.
    public func remove(name: String) {
        self.state.withLock { $0.remove(name: name) }
    }
}
