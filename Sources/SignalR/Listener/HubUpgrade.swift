import NIOCore

/// A request whose connection becomes the transport of a hub's connection.
struct HubUpgrade: Sendable {
    /// The answer, rendered.
    let response: ByteBuffer
    /// Makes the handler that takes over, and writes the answer. On the event loop.
    let makeTransport: @Sendable (any Channel) -> any SocketTransport
    /// It did not happen.
    let abandon: @Sendable () -> Void
}
