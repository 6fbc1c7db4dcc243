package import NIOCore
import SignalRProtocol

/// A connection whose bytes somebody else carries, as seen by whoever does. It may be used from any thread.
package struct CarriedConnection: Sendable {
    /// The public name of the connection.
    package let id: String
    private let transport: NIOLoopBound<CarriedTransport>
    private let connection: HubConnectionHandle

    init(id: String, transport: NIOLoopBound<CarriedTransport>, connection: HubConnectionHandle) {
        self.id = id
        self.transport = transport
        self.connection = connection
    }

    /// Hands over what the client has sent, and waits until it has been read.
    ///
    /// - Parameter records: Whole records.
    /// - Returns: `false` if they will not be read: the connection has ended.
    package func receive(_ records: ByteBuffer) async -> Bool {
        await withCheckedContinuation { continuation in
            self.tell { $0.receive(records) { continuation.resume(returning: $0) } }
        }
    }

    /// Hands over what the client has sent, and waits for nothing.
    ///
    /// - Parameter records: Whole records, few: they are kept until they are read.
    package func post(_ records: ByteBuffer) {
        self.tell { $0.receive(records) { _ in } }
    }

    /// The client has taken some of what was handed over, which makes room for more.
    ///
    /// - Parameter count: How many bytes.
    package func taken(_ count: Int) {
        self.tell { $0.taken(count) }
    }

    /// Waits until everything has been handed over that was sent to the connection in this process before.
    package func settle() async {
        await self.connection.perform { _ in }
        // What was written together is handed over at the end of that round.
        try? await self.transport.eventLoop.submit {}.get()
    }

    /// The client says goodbye.
    package func leave() { self.tell { $0.leave(.normal) } }

    /// The client is gone without a goodbye.
    package func drop() { self.tell { $0.leave(.connectionLost) } }

    private func tell(_ work: @escaping @Sendable (CarriedTransport) -> Void) {
        let transport = self.transport
        transport.eventLoop.execute { work(transport.value) }
    }
}
