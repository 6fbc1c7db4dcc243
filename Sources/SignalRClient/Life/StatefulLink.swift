import DequeModule
import NIOCore
import SignalRProtocol

/// What a connection needs to go on over another socket.
struct StatefulLink: Sendable {
    /// How much may have been received before it is acknowledged out of turn, so that the server is not held up until the next.
    static let acknowledgedSize = 32 * 1024

    /// Where the connection is.
    let place: Negotiator.Place
    private var buffer: ReconnectBuffer
    /// What had to be sent while too much waited to be acknowledged, by those who cannot wait.
    private var held: Deque<ByteBuffer> = []
    /// Wakes those who can.
    private var room: Answer<Void>?
    private var receivedSize = 0

    /// - Parameters:
    ///   - place: Where the connection is.
    ///   - limit: How many unacknowledged bytes may wait before nothing more is taken.
    init(place: Negotiator.Place, limit: Int) {
        self.place = place
        self.buffer = ReconnectBuffer(limit: limit)
    }

    /// What to do with a message that is to be sent.
    enum SendAction {
        case write
        /// It is kept, and goes out over the next socket.
        case keep
        /// It was not taken: offer it again when this comes.
        case wait(Answer<Void>)
    }

    /// A message is to be sent.
    mutating func send(_ record: ByteBuffer) -> SendAction {
        switch self.buffer.send(record) {
        case .write: return .write
        case .keep: return .keep
        case .wait:
            let room = self.room ?? Answer()
            self.room = room
            return .wait(room)
        }
    }

    /// A message that was not taken is to be sent when there is room.
    mutating func hold(_ record: ByteBuffer) { self.held.append(record) }

    /// The server has everything up to `sequenceID`.
    ///
    /// - Returns: What had been held and is to be written now.
    mutating func acknowledged(_ sequenceID: Int64) throws(HubProtocolError) -> [ByteBuffer] {
        guard try self.buffer.acknowledged(sequenceID) == .resume else { return [] }
        var records: [ByteBuffer] = []
        while let record = self.held.first {
            switch self.buffer.send(record) {
            case .write: records.append(record)
            case .keep: break
            case .wait: return records
            }
            self.held.removeFirst()
        }
        self.wake()
        return records
    }

    /// Whoever waits for room has to look again.
    mutating func wake() {
        self.room?.settle(.success(()))
        self.room = nil
    }

    /// A counted message of so many bytes arrived.
    mutating func received(_ size: Int) -> ReconnectBuffer.ReceiveAction {
        self.receivedSize += size
        return self.buffer.received()
    }

    /// The server goes on with the message `sequenceID`.
    mutating func resumed(at sequenceID: Int64) throws(HubProtocolError) { try self.buffer.resumed(at: sequenceID) }

    /// Whether not to wait for the next tick of the clock.
    var isAcknowledgementDue: Bool { self.receivedSize >= Self.acknowledgedSize }

    /// What to acknowledge now, if anything.
    mutating func acknowledgement() -> Int64? {
        self.receivedSize = 0
        return self.buffer.acknowledgement()
    }

    /// The socket has gone.
    mutating func disconnected() { self.buffer.disconnected() }

    /// There is another socket.
    mutating func reconnected() -> ReconnectBuffer.Replay { self.buffer.reconnected() }
}
