public import NIOCore

/// Where notifications wait between Graph's `POST` and the relay.
///
/// An entry is one `POST`: its body as it came. The webhook answers `202` only after ``append(_:completion:)``
/// reported success, so an implementation that claims to be durable must have the body on disk by then.
/// Entries are taken in the order of their ids and stay in the queue until they are settled, so that one whose
/// worker died is taken again after a restart.
public protocol NotificationQueue: Sendable {
    /// Adds the body of one `POST`.
    ///
    /// It may be called from an event loop and must not block. All bodies that arrive during one commit share the next.
    ///
    /// - Parameters:
    ///   - body: The body as it came.
    ///   - completion: Called once, on any thread: with the entry's id when it is durable, or with the reason why it is not.
    func append(_ body: ByteBuffer, completion: @escaping @Sendable (Result<Int64, GraphError>) -> Void)

    /// Takes up to `limit` entries with an id above `after`, oldest first.
    ///
    /// - Returns: The entries; empty if there are none now.
    /// - Throws: ``GraphError`` with ``GraphError/Code/storageFailed``.
    func entries(after: Int64, limit: Int) async throws(GraphError) -> [QueuedNotification]

    /// Suspends until there is an entry with an id above `id`, or the task is cancelled.
    func waitForEntry(after id: Int64) async

    /// How many entries wait.
    func count() async throws(GraphError) -> Int
}

/// One `POST` from Graph, waiting.
public struct QueuedNotification: Sendable, Equatable {
    /// Its place in the queue: 1, 2, 3 …, never used twice.
    public var id: Int64
    /// The body as it came.
    public var body: ByteBuffer
    /// When it arrived, in milliseconds since 1970.
    public var receivedAt: Int64

    public init(id: Int64, body: ByteBuffer, receivedAt: Int64) {
        self.id = id
        self.body = body
        self.receivedAt = receivedAt
    }
}

extension QueuedNotification: CustomStringConvertible {
    public var description: String { "QueuedNotification(\(self.id), \(self.body.readableBytes) bytes)" }
}
