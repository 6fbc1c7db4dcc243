import DequeModule
public import NIOCore

/// What both sides of a connection still owe each other, so that it can go on over another socket.
///
/// Messages of types 1 to 5 are counted from 1, in each direction for itself; their numbers are not sent along. What was sent
/// is kept until the other side has acknowledged it. After a new socket was made, each side says with which number it goes on,
/// repeats what was not acknowledged, and passes over what it has had before. Pings, ends, acknowledgements and sequences are
/// not counted and do not come here. The socket and the clock are the shell: each event returns the one thing to do next.
/// Messages torn by the end of a socket are the shell's to forget: they come again whole.
public struct ReconnectBuffer: Sendable {
    /// How many unacknowledged bytes may wait before nothing more is taken. The message that exceeds it is still taken.
    public let limit: Int
    /// How many unacknowledged bytes wait.
    public private(set) var bufferedBytes = 0

    private var sentCount: Int64 = 0
    /// The last messages sent; the last of them is number `sentCount`.
    private var unacknowledged: Deque<ByteBuffer> = []
    private var isConnected = true
    private var isRefusing = false

    /// The number that the next message to come will have.
    private var nextReceived: Int64 = 1
    /// The highest number that was handled.
    private var latestReceived: Int64 = 0
    private var lastAcknowledged: Int64 = 0

    /// - Parameter limit: How many unacknowledged bytes may wait before nothing more is taken.
    public init(limit: Int = 100_000) {
        self.limit = limit
    }

    // MARK: - Sending

    /// What to do with a message that is to be sent.
    public enum SendAction: Equatable, Sendable {
        /// Write it.
        case write
        /// There is no socket. It is kept, and goes out with the next replay.
        case keep
        /// Too much waits: it was not taken. Offer it again when an acknowledgement says so.
        case wait
    }

    /// A message is to be sent: exactly these bytes, framing included.
    public mutating func send(_ message: ByteBuffer) -> SendAction {
        guard self.bufferedBytes <= self.limit else {
            self.isRefusing = true
            return .wait
        }
        self.sentCount += 1
        self.unacknowledged.append(message)
        self.bufferedBytes += message.readableBytes
        return self.isConnected ? .write : .keep
    }

    /// What an acknowledgement asks for.
    public enum AckAction: Equatable, Sendable {
        /// Nothing.
        case nothing
        /// There is room again: offer what had to wait.
        case resume
    }

    /// The other side has everything up to `sequenceID`.
    ///
    /// - Throws: ``HubProtocolError`` if it cannot have: so much was never sent.
    public mutating func acknowledged(_ sequenceID: Int64) throws(HubProtocolError) -> AckAction {
        guard sequenceID <= self.sentCount else {
            throw HubProtocolError(.invalidMessage, "Ack ID greater than amount of messages we've sent.")
        }
        // The oldest that is kept has the number behind what is acknowledged already.
        let oldest = self.sentCount - Int64(self.unacknowledged.count) + 1
        guard sequenceID >= oldest else { return .nothing }
        for _ in oldest...sequenceID { self.bufferedBytes -= self.unacknowledged.removeFirst().readableBytes }
        guard self.isRefusing, self.bufferedBytes <= self.limit else { return .nothing }
        self.isRefusing = false
        return .resume
    }

    // MARK: - Sockets

    /// The socket has gone without a goodbye.
    public mutating func disconnected() { self.isConnected = false }

    /// What a new socket begins with.
    public struct Replay: Equatable, Sendable {
        /// The Sequence message to send first: the number of the first message behind it.
        public var sequenceID: Int64
        /// The messages to repeat, in this order.
        public var messages: [ByteBuffer]
    }

    /// There is a new socket. What is sent from now on goes behind the replay.
    public mutating func reconnected() -> Replay {
        self.isConnected = true
        let oldest = self.sentCount - Int64(self.unacknowledged.count) + 1
        return Replay(sequenceID: oldest, messages: Array(self.unacknowledged))
    }

    // MARK: - Receiving

    /// What to do with a message that arrived.
    public enum ReceiveAction: Equatable, Sendable {
        /// Handle it.
        case handle
        /// It was handled before.
        case ignore
    }

    /// A message of the types 1 to 5 arrived, whether or not its arguments fit.
    public mutating func received() -> ReceiveAction {
        let number = self.nextReceived
        self.nextReceived += 1
        guard number <= self.latestReceived else {
            self.latestReceived = number
            return .handle
        }
        // Its acknowledgement may have been lost with the socket.
        if number == self.latestReceived { self.lastAcknowledged = min(self.lastAcknowledged, number - 1) }
        return .ignore
    }

    /// The other side goes on with the message `sequenceID`.
    ///
    /// - Throws: ``HubProtocolError`` if messages are missing before it, or it is no number of a message.
    public mutating func resumed(at sequenceID: Int64) throws(HubProtocolError) {
        // Not `nextReceived`: a socket that broke in the middle of a replay left it behind what was handled and acknowledged.
        guard sequenceID <= self.latestReceived + 1 else {
            throw HubProtocolError(.invalidMessage, "Sequence ID greater than amount of messages we've received.")
        }
        guard sequenceID > 0 else { throw HubProtocolError(.invalidMessage, "Sequence ID is not positive.") }
        self.nextReceived = sequenceID
    }

    /// What to acknowledge now, if anything. Call it once a second or so, while there is a socket.
    public mutating func acknowledgement() -> Int64? {
        guard self.lastAcknowledged < self.latestReceived else { return nil }
        self.lastAcknowledged = self.latestReceived
        return self.latestReceived
    }
}
