import DequeModule
import NIOCore
import SignalRProtocol

/// What a connection needs to go on over another socket. An object, because most have none.
final class ReconnectState {
    private(set) var buffer: ReconnectBuffer
    /// What was sent while too much waited to be acknowledged, and its size.
    private var held: Deque<ByteBuffer> = []
    private(set) var heldBytes = 0
    /// Until when a connection without a socket is kept; `nil` while there is one.
    var deadline: LoopInstant?
    /// Whether a new socket has not been sent its Sequence yet, before which nothing else may come.
    var isResuming = false
    private var nextAcknowledgement: LoopInstant

    init(limit: Int, now: LoopInstant) {
        self.buffer = ReconnectBuffer(limit: limit)
        self.nextAcknowledgement = now
    }

    /// What is kept for the client, in bytes.
    var keptBytes: Int { self.buffer.bufferedBytes + self.heldBytes }

    /// Whether more can be sent without being held back.
    var hasRoom: Bool { self.held.isEmpty && self.buffer.bufferedBytes <= self.buffer.limit }

    /// A message is to be sent.
    ///
    /// - Returns: Whether to write it now.
    func send(_ record: ByteBuffer) -> Bool {
        guard self.held.isEmpty else {
            self.hold(record)
            return false
        }
        switch self.buffer.send(record) {
        case .write: return true
        case .keep: return false
        case .wait:
            self.hold(record)
            return false
        }
    }

    private func hold(_ record: ByteBuffer) {
        self.held.append(record)
        self.heldBytes += record.readableBytes
    }

    /// The client has everything up to `sequenceID`.
    ///
    /// - Returns: What was held back and is to be written now.
    func acknowledged(_ sequenceID: Int64) throws(HubProtocolError) -> [ByteBuffer] {
        guard try self.buffer.acknowledged(sequenceID) == .resume else { return [] }
        var records: [ByteBuffer] = []
        while let record = self.held.first {
            switch self.buffer.send(record) {
            case .write: records.append(record)
            case .keep: break
            case .wait: return records
            }
            self.held.removeFirst()
            self.heldBytes -= record.readableBytes
        }
        return records
    }

    func received() -> ReconnectBuffer.ReceiveAction { self.buffer.received() }

    func resumed(at sequenceID: Int64) throws(HubProtocolError) { try self.buffer.resumed(at: sequenceID) }

    func disconnected(until deadline: LoopInstant) {
        self.buffer.disconnected()
        self.deadline = deadline
    }

    func reconnected() -> ReconnectBuffer.Replay { self.buffer.reconnected() }

    /// What to acknowledge, once a second.
    func acknowledgement(now: LoopInstant) -> Int64? {
        guard now >= self.nextAcknowledgement, !self.isResuming else { return nil }
        guard let number = self.buffer.acknowledgement() else { return nil }
        self.nextAcknowledgement = now.advanced(by: .seconds(1))
        return number
    }
}
