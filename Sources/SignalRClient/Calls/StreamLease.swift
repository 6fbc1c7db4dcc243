import NIOCore

/// A stream that is under way. When nobody holds it any more, the server is told to end it.
final class StreamLease: Sendable {
    let items: Mailbox<ByteBuffer>
    let core: ClientCore
    private let call: ClientCore.Outgoing

    init(call: ClientCore.Outgoing, items: Mailbox<ByteBuffer>, core: ClientCore) {
        self.call = call
        self.items = items
        self.core = core
    }

    deinit { self.core.endStream(self.call, self.items) }
}
