import NIOCore
import Synchronization

/// A transport that lives on another event loop than the connection that it carries.
final class RemoteTransport: HubTransport, Sendable {
    private let transport: NIOLoopBound<any HubTransport>
    private let eventLoop: any EventLoop
    let closeFuture: EventLoopFuture<Void>
    let carriesBinary: Bool
    let kind: TransportKind
    /// What was appended and not flushed.
    private let waiting = Mutex(ByteBuffer())
    /// What is on its way to the other event loop, and what waits there.
    private let travelling = Atomic(0)
    private let arrived = Atomic(0)

    /// On the event loop of `transport`.
    init(_ transport: any HubTransport, on eventLoop: any EventLoop) {
        self.transport = NIOLoopBound(transport, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.closeFuture = transport.closeFuture
        self.carriesBinary = transport.carriesBinary
        self.kind = transport.kind
    }

    var outstanding: Int {
        self.waiting.withLock { $0.readableBytes } + self.travelling.load(ordering: .relaxed)
            + self.arrived.load(ordering: .relaxed)
    }

    func setBinary(_ isBinary: Bool) { self.tell { $0.setBinary(isBinary) } }

    func append(_ records: ByteBuffer) {
        self.waiting.withLock { _ = $0.writeImmutableBuffer(records) }
    }

    func append(framed bytes: UnsafeRawBufferPointer) {
        let copy = ByteBuffer(bytes: bytes)
        self.tell { transport in copy.withUnsafeReadableBytes { transport.append(framed: $0) } }
    }

    func write(framed bytes: UnsafeRawBufferPointer) {
        let copy = ByteBuffer(bytes: bytes)
        self.tell { transport in copy.withUnsafeReadableBytes { transport.write(framed: $0) } }
    }

    func flush() {
        let records = self.waiting.withLock { waiting in
            defer { waiting = ByteBuffer() }
            return waiting
        }
        let size = records.readableBytes
        self.travelling.add(size, ordering: .relaxed)
        self.tell { transport in
            self.travelling.subtract(size, ordering: .relaxed)
            if size > 0 { transport.append(records) }
            transport.flush()
            self.arrived.store(transport.outstanding, ordering: .relaxed)
        }
    }

    func discardWaiting() {
        self.waiting.withLock { $0.clear() }
        self.tell { $0.discardWaiting() }
    }

    func setReading(_ isReading: Bool) { self.tell { $0.setReading(isReading) } }

    func close() {
        self.flush()
        self.tell { $0.close() }
    }

    func tick(now: LoopInstant) { self.tell { $0.tick(now: now) } }

    /// The transport has room again. On its event loop.
    func drained() {
        self.arrived.store(self.transport.value.outstanding, ordering: .relaxed)
    }

    private func tell(_ work: @escaping @Sendable (any HubTransport) -> Void) {
        let transport = self.transport
        self.eventLoop.execute { work(transport.value) }
    }
}
