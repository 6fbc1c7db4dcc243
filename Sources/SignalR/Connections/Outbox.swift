import NIOCore

/// Something that takes bytes without waiting: a socket.
protocol ByteSink {
    /// Takes as many of the bytes as it can.
    ///
    /// - Returns: How many it took; `nil` if it takes none any more.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int?
}

/// What waits for one client, decided without a channel.
///
/// Bytes go straight to the socket while nothing waits. What it does not take is handed over to the channel, which watches the
/// socket; everything behind that waits here, and leaves in one piece. Within the bound nobody waits for a slow client, and
/// above it the client is dropped.
struct Outbox {
    /// What its owner is to do.
    enum Action: Equatable {
        case nothing
        /// The socket took no more: the channel is to write this, and to say when it has.
        case handOver(ByteBuffer)
        /// More would wait than may.
        case overflow
        /// The socket is gone.
        case lost
    }

    private let limit: Int
    private var handedOver = 0
    private var waiting: ByteBuffer?

    /// - Parameter limit: How many bytes may wait. A single piece may be larger when nothing else waits.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes wait, here and in the channel.
    var outstanding: Int { self.handedOver + (self.waiting?.readableBytes ?? 0) }

    /// Whether the channel has bytes that it has not written yet.
    var isHandedOver: Bool { self.handedOver > 0 }

    /// Sends whole frames, which belong to somebody else, now or as soon as it goes.
    mutating func write(_ bytes: UnsafeRawBufferPointer, to sink: some ByteSink) -> Action {
        guard self.handedOver == 0, self.waiting == nil else { return self.append(bytes) }
        return self.wrote(sink.send(bytes), of: bytes)
    }

    /// Whole frames were sent while nothing waited, and the sink took `sent` of their bytes; `nil` if it takes none any more.
    mutating func wrote(_ sent: Int?, of bytes: UnsafeRawBufferPointer) -> Action {
        guard let sent else { return .lost }
        guard sent < bytes.count else { return .nothing }
        self.handedOver = bytes.count - sent
        return .handOver(ByteBuffer(bytes: UnsafeRawBufferPointer(rebasing: bytes[sent...])))
    }

    /// Puts whole frames behind what waits, until `flush`.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Action {
        guard self.hasRoom(for: bytes.count) else { return .overflow }
        if self.waiting == nil { self.waiting = ByteBuffer() }
        self.waiting!.writeBytes(bytes)
        return .nothing
    }

    /// Puts whole frames behind what waits, until `flush`.
    mutating func append(_ bytes: ByteBuffer) -> Action {
        guard self.hasRoom(for: bytes.readableBytes) else { return .overflow }
        if self.waiting == nil {
            self.waiting = bytes
        } else {
            self.waiting!.writeImmutableBuffer(bytes)
        }
        return .nothing
    }

    /// Sends what waits, if the channel has nothing left to write.
    mutating func flush(to sink: some ByteSink) -> Action {
        guard self.handedOver == 0, var bytes = self.waiting else { return .nothing }
        self.waiting = nil
        guard let sent = bytes.withUnsafeReadableBytes({ sink.send($0) }) else { return .lost }
        bytes.moveReaderIndex(forwardBy: sent)
        guard bytes.readableBytes > 0 else { return .nothing }
        self.handedOver = bytes.readableBytes
        return .handOver(bytes)
    }

    /// The channel is given bytes past this outbox, and will say when it has written them.
    mutating func handOver(_ count: Int) {
        self.handedOver = count
    }

    /// The channel has written what was handed over.
    mutating func written() {
        self.handedOver = 0
    }

    /// Forgets the whole frames that wait, to make room for a goodbye.
    mutating func discardWaiting() {
        self.waiting = nil
    }

    private func hasRoom(for count: Int) -> Bool {
        let outstanding = self.outstanding
        return outstanding == 0 || outstanding + count <= self.limit
    }
}
