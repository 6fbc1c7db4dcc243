import NIOCore
import SignalRProtocol

/// What carries a connection's bytes. Everything happens on the connection's event loop.
protocol HubTransport: AnyObject {
    var kind: TransportKind { get }
    /// Whether the client must hear from the server now and then.
    var wantsPings: Bool { get }
    /// How many bytes have not left yet.
    var outstanding: Int { get }
    /// Completed when nothing is left of it.
    var closeFuture: EventLoopFuture<Void> { get }
    /// Whether it can carry what is not text.
    var carriesBinary: Bool { get }
    /// The client has chosen a protocol: records are carried so from now on.
    func setBinary(_ isBinary: Bool)
    /// Puts whole records behind what waits, framed in the way of the transport, until `flush`.
    func append(_ records: ByteBuffer)
    /// Puts bytes that are framed already behind what waits, until `flush`.
    func append(framed bytes: UnsafeRawBufferPointer)
    /// Sends bytes that are framed already.
    func write(framed bytes: UnsafeRawBufferPointer)
    /// The socket, while sending framed bytes to it is the same as `write` if nothing waits for `flush`; otherwise none.
    var directSocket: DirectSocket { get }
    /// Bytes that are framed already were sent to `directSocket`, which took `sent` of them; `nil` if it takes none any more.
    func wrote(_ sent: Int?, ofFramed bytes: UnsafeRawBufferPointer)
    /// Sends what waits.
    func flush()
    /// Forgets what waits.
    func discardWaiting()
    /// Whether bytes of the client are wanted.
    func setReading(_ isReading: Bool)
    /// Says goodbye behind what waits, and ends: when the client has answered, or in time.
    func close()
    /// Time has passed.
    func tick(now: LoopInstant)
}

extension HubTransport {
    var carriesBinary: Bool { true }
    var wantsPings: Bool { true }
    var directSocket: DirectSocket { .none }

    func wrote(_ sent: Int?, ofFramed bytes: UnsafeRawBufferPointer) { self.write(framed: bytes) }

    func setBinary(_ isBinary: Bool) {}
}
