import NIOCore
import SignalRProtocol

/// A connection as seen from other threads.
///
/// Everything goes through the mailbox of its event loop, so it stays in order with what is sent to groups.
struct HubConnectionHandle: Sendable {
    private let connection: NIOLoopBound<HubConnection>
    private let mailbox: LoopMailbox<HubLoopItem>
    let kind: HubProtocolKind

    init(_ connection: NIOLoopBound<HubConnection>, mailbox: LoopMailbox<HubLoopItem>, kind: HubProtocolKind) {
        self.connection = connection
        self.mailbox = mailbox
        self.kind = kind
    }

    /// Where the connection lives.
    var eventLoop: any EventLoop { self.mailbox.eventLoop }

    /// The connection itself. On its event loop.
    var local: HubConnection { self.connection.value }

    /// Does something on the event loop, and does not wait for it.
    func post(_ work: @escaping @Sendable (HubConnection) -> Void) {
        let connection = self.connection
        self.mailbox.post(.perform { work(connection.value) })
    }

    /// Does something on the event loop if the connection is open.
    ///
    /// - Returns: The outcome; `nil` when the connection has ended.
    @discardableResult
    func perform<Outcome: Sendable>(_ work: @escaping @Sendable (HubConnection) -> Outcome) async -> Outcome? {
        await withCheckedContinuation { continuation in
            self.post { connection in continuation.resume(returning: connection.isOpen ? work(connection) : nil) }
        }
    }

    /// Sends a record when there is room for it; `false` when the connection has ended.
    func send(_ record: ByteBuffer) async -> Bool {
        await withCheckedContinuation { continuation in
            self.post { connection in connection.send(record) { continuation.resume(returning: $0) } }
        }
    }

    func afterReply(_ work: @escaping @Sendable () async -> Void) {
        self.post { $0.afterReply(work) }
    }
}
