import NIOCore
import SignalRProtocol

/// Carries a connection's bytes to somebody in this process. Used on its event loop only.
final class CarriedTransport: HubTransport {
    private struct Held {
        var bytes: ByteBuffer
        var completion: (Bool) -> Void
    }

    var kind: TransportKind { .inProcess }
    private let connection: any HubTransportOwner
    private let eventLoop: any EventLoop
    private let limit: Int
    private let handler: @Sendable (CarriedEvent) -> Void
    private let endPromise: EventLoopPromise<Void>
    private var waiting = ByteBuffer()
    /// How many bytes were handed over and not taken.
    private var untaken = 0
    /// What the client has sent while nothing is read; each sender waits.
    private var held: [Held] = []
    private var isReading = true
    private var isOpen = true
    private var hasEnded = false
    /// What waited has made room for a goodbye, which may be sent whatever else waits.
    private var isMakingRoom = false

    /// - Parameters:
    ///   - connection: What it carries.
    ///   - eventLoop: Where both live.
    ///   - limit: How many bytes may wait for the client. A single piece may be larger when nothing else waits.
    ///   - handler: Called on the event loop.
    init(
        connection: any HubTransportOwner, on eventLoop: any EventLoop, limit: Int,
        handler: @escaping @Sendable (CarriedEvent) -> Void
    ) {
        self.connection = connection
        self.eventLoop = eventLoop
        self.limit = limit
        self.handler = handler
        self.endPromise = eventLoop.makePromise()
    }

    // MARK: - Out

    var closeFuture: EventLoopFuture<Void> { self.endPromise.futureResult }

    var outstanding: Int { self.waiting.readableBytes + self.untaken }

    func append(_ records: ByteBuffer) {
        guard self.hasRoom(for: records.readableBytes) else { return }
        self.waiting.writeImmutableBuffer(records)
    }

    func append(framed bytes: UnsafeRawBufferPointer) {
        guard self.hasRoom(for: bytes.count) else { return }
        bytes.forEachWebSocketPayload { _ = self.waiting.writeBytes($0) }
    }

    func write(framed bytes: UnsafeRawBufferPointer) {
        self.append(framed: bytes)
        self.flush()
    }

    private func hasRoom(for count: Int) -> Bool {
        guard self.isOpen else { return false }
        if self.outstanding == 0 || self.outstanding + count <= self.limit || self.isMakingRoom { return true }
        self.connection.close(.slowClient)
        return false
    }

    func flush() {
        guard self.waiting.readableBytes > 0 else { return }
        let records = self.waiting
        self.waiting = ByteBuffer()
        self.untaken += records.readableBytes
        self.handler(.records(records))
    }

    func discardWaiting() {
        self.waiting = ByteBuffer()
        self.isMakingRoom = true
    }

    /// The client has taken some of what was handed over.
    func taken(_ count: Int) {
        self.untaken -= count
        if self.isOpen { self.connection.drained() }
    }

    // MARK: - In

    /// The client has sent whole records.
    ///
    /// - Parameter completion: Called when they have been read, or, with `false`, never will be.
    func receive(_ bytes: ByteBuffer, completion: @escaping (Bool) -> Void) {
        guard self.isOpen else { return completion(false) }
        self.held.append(Held(bytes: bytes, completion: completion))
        self.readHeld()
    }

    func setReading(_ isReading: Bool) {
        self.isReading = isReading
        guard isReading, !self.held.isEmpty else { return }
        // Not within what the connection does just now.
        self.eventLoop.assumeIsolated().execute { self.readHeld() }
    }

    private func readHeld() {
        while self.isOpen, self.isReading, !self.held.isEmpty {
            var first = self.held.removeFirst()
            self.connection.received(&first.bytes, now: .now())
            first.completion(true)
        }
    }

    // MARK: - Ends

    func close() {
        self.flush()
        self.end(.normal)
    }

    /// The client has ended it.
    ///
    /// - Parameter reason: Whether it said goodbye.
    func leave(_ reason: CloseReason) {
        guard self.isOpen else { return }
        self.connection.transportEnding(reason)
        self.end(reason)
    }

    func tick(now: LoopInstant) {}

    private func end(_ reason: CloseReason) {
        guard self.isOpen else { return }
        self.isOpen = false
        // Behind what the connection does just now, which may be its own end.
        self.eventLoop.assumeIsolated().execute {
            guard !self.hasEnded else { return }
            self.hasEnded = true
            self.connection.transportEnding(reason)
            self.connection.transportEnded()
            for held in self.held { held.completion(false) }
            self.held = []
            self.handler(.ended)
            self.endPromise.succeed()
        }
    }
}
