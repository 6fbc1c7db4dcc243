import Synchronization

/// The name of something that a hub keeps with a connection.
///
/// ```swift
/// enum Room: HubItemKey { typealias Value = String }
/// caller.items[Room.self] = "lobby"
/// ```
public protocol HubItemKey {
    /// What is kept.
    associatedtype Value: Sendable
}

/// What a hub keeps with a connection, from its beginning to its end. It may be used from any task.
public final class HubItems: Sendable {
    private let values = Mutex<[ObjectIdentifier: any Sendable]>([:])

    init() {}

    /// What is kept under a key.
    public subscript<Key: HubItemKey>(_ key: Key.Type) -> Key.Value? {
        get { self.values.withLock { $0[ObjectIdentifier(key)] } as? Key.Value }
        set { self.values.withLock { $0[ObjectIdentifier(key)] = newValue } }
    }

    /// Changes what is kept under a key, with nobody changing it meanwhile.
    ///
    /// - Returns: What `change` returns.
    public func update<Key: HubItemKey, Outcome>(
        _ key: Key.Type, _ change: (inout Key.Value?) throws -> sending Outcome
    ) rethrows -> sending Outcome {
        try self.values.withLock { values in
            var value = values[ObjectIdentifier(key)] as? Key.Value
            defer { values[ObjectIdentifier(key)] = value }
            return try change(&value)
        }
    }
}
