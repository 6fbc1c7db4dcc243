import NIOCore
import Testing

@testable import SignalRProtocol

@Suite struct ReconnectBufferTests {
    private static func message(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    private static func sent(_ count: Int, limit: Int = 100_000) -> ReconnectBuffer {
        var buffer = ReconnectBuffer(limit: limit)
        for number in 1...count { #expect(buffer.send(Self.message("m\(number)")) == .write) }
        return buffer
    }

    private static func replay(_ sequenceID: Int64, _ messages: String...) -> ReconnectBuffer.Replay {
        ReconnectBuffer.Replay(sequenceID: sequenceID, messages: messages.map { Self.message($0) })
    }

    // MARK: - Sending

    @Test func theExampleOfTheSpecification() throws {
        var buffer = Self.sent(5)
        #expect(try buffer.acknowledged(3) == .nothing)
        buffer.disconnected()
        #expect(buffer.send(Self.message("m6")) == .keep)
        #expect(buffer.reconnected() == Self.replay(4, "m4", "m5", "m6"))
        #expect(try buffer.acknowledged(6) == .nothing)
        #expect(buffer.bufferedBytes == 0)
        #expect(buffer.send(Self.message("m7")) == .write)
        #expect(buffer.reconnected() == Self.replay(7, "m7"))
    }

    @Test func withNothingToRepeatTheNextNumberIsTold() throws {
        var buffer = ReconnectBuffer()
        #expect(buffer.reconnected() == Self.replay(1))
        buffer = Self.sent(3)
        _ = try buffer.acknowledged(3)
        #expect(buffer.reconnected() == Self.replay(4))
    }

    @Test func acknowledgementsAreCumulativeAndMayComeAgain() throws {
        var buffer = Self.sent(4)
        #expect(try buffer.acknowledged(2) == .nothing)
        #expect(try buffer.acknowledged(2) == .nothing)
        #expect(try buffer.acknowledged(1) == .nothing)
        #expect(try buffer.acknowledged(0) == .nothing)
        #expect(try buffer.acknowledged(-5) == .nothing)
        #expect(buffer.bufferedBytes == 4)
        #expect(buffer.reconnected() == Self.replay(3, "m3", "m4"))
    }

    @Test(arguments: [Int64(5), .max]) func whatWasNeverSentCannotBeAcknowledged(_ sequenceID: Int64) {
        var buffer = Self.sent(4)
        let error = HubProtocolError(.invalidMessage, "Ack ID greater than amount of messages we've sent.")
        #expect(throws: error) { try buffer.acknowledged(sequenceID) }
        #expect(buffer.bufferedBytes == 8)
    }

    @Test func theMessageThatExceedsTheLimitIsStillTaken() throws {
        var buffer = ReconnectBuffer(limit: 10)
        #expect(buffer.send(Self.message("12345")) == .write)
        #expect(buffer.send(Self.message("67890")) == .write)
        #expect(buffer.send(Self.message("more than the limit")) == .write)
        #expect(buffer.send(Self.message("x")) == .wait)
        #expect(buffer.send(Self.message("")) == .wait)
        #expect(buffer.bufferedBytes == 29)
        #expect(try buffer.acknowledged(1) == .nothing)
        #expect(try buffer.acknowledged(2) == .nothing)
        #expect(buffer.send(Self.message("x")) == .wait)
        #expect(try buffer.acknowledged(3) == .resume)
        #expect(buffer.send(Self.message("x")) == .write)
        // What had to wait was not counted.
        #expect(buffer.reconnected() == Self.replay(4, "x"))
    }

    @Test func resumeIsToldOnceAndOnlyToWhoWaits() throws {
        var buffer = ReconnectBuffer(limit: 0)
        #expect(buffer.send(Self.message("a")) == .write)
        #expect(try buffer.acknowledged(1) == .nothing)
        #expect(buffer.send(Self.message("b")) == .write)
        #expect(buffer.send(Self.message("c")) == .wait)
        #expect(try buffer.acknowledged(2) == .resume)
        #expect(try buffer.acknowledged(2) == .nothing)
    }

    @Test func withoutASocketTheLimitHoldsToo() {
        var buffer = ReconnectBuffer(limit: 3)
        buffer.disconnected()
        #expect(buffer.send(Self.message("ab")) == .keep)
        #expect(buffer.send(Self.message("cd")) == .keep)
        #expect(buffer.send(Self.message("ef")) == .wait)
        #expect(buffer.reconnected() == Self.replay(1, "ab", "cd"))
        #expect(buffer.send(Self.message("ef")) == .wait)
    }

    @Test func aSecondSocketMayReplaceTheFirstWithoutItsEnd() {
        var buffer = Self.sent(2)
        #expect(buffer.reconnected() == Self.replay(1, "m1", "m2"))
        #expect(buffer.reconnected() == Self.replay(1, "m1", "m2"))
        #expect(buffer.send(Self.message("m3")) == .write)
    }

    // MARK: - Receiving

    @Test func whatArrivesIsAcknowledgedOnce() {
        var buffer = ReconnectBuffer()
        #expect(buffer.acknowledgement() == nil)
        #expect(buffer.received() == .handle)
        #expect(buffer.received() == .handle)
        #expect(buffer.acknowledgement() == 2)
        #expect(buffer.acknowledgement() == nil)
        #expect(buffer.received() == .handle)
        #expect(buffer.acknowledgement() == 3)
    }

    @Test func whatIsRepeatedIsPassedOver() throws {
        var buffer = ReconnectBuffer()
        for _ in 1...5 { #expect(buffer.received() == .handle) }
        #expect(buffer.acknowledgement() == 5)
        try buffer.resumed(at: 4)
        #expect(buffer.received() == .ignore)
        #expect(buffer.acknowledgement() == nil)
        // The acknowledgement was lost, so it is said again.
        #expect(buffer.received() == .ignore)
        #expect(buffer.acknowledgement() == 5)
        #expect(buffer.acknowledgement() == nil)
        #expect(buffer.received() == .handle)
        #expect(buffer.acknowledgement() == 6)
    }

    @Test func aSequenceMayBeginAnywhereUpToTheNext() throws {
        var buffer = ReconnectBuffer()
        try buffer.resumed(at: 1)
        #expect(buffer.received() == .handle)
        try buffer.resumed(at: 2)
        #expect(buffer.received() == .handle)
        try buffer.resumed(at: 1)
        #expect(buffer.received() == .ignore)
        #expect(buffer.received() == .ignore)
        #expect(buffer.received() == .handle)
    }

    /// The replay is cut short, and by then the other side knows that it was not needed.
    @Test func aSequenceMayPassOverAReplayThatNeverCame() throws {
        var buffer = ReconnectBuffer()
        for _ in 1...5 { #expect(buffer.received() == .handle) }
        try buffer.resumed(at: 2)
        #expect(buffer.received() == .ignore)
        try buffer.resumed(at: 6)
        #expect(buffer.received() == .handle)
    }

    @Test func aHoleIsAnError() {
        var buffer = ReconnectBuffer()
        #expect(buffer.received() == .handle)
        let hole = HubProtocolError(.invalidMessage, "Sequence ID greater than amount of messages we've received.")
        #expect(throws: hole) { try buffer.resumed(at: 3) }
        #expect(throws: hole) { try buffer.resumed(at: .max) }
        let none = HubProtocolError(.invalidMessage, "Sequence ID is not positive.")
        #expect(throws: none) { try buffer.resumed(at: 0) }
        #expect(throws: none) { try buffer.resumed(at: .min) }
        #expect(buffer.received() == .handle)
        #expect(buffer.acknowledgement() == 2)
    }

    // MARK: - Both sides

    /// One side: its buffer, what it was told to send and could not yet, what it handled.
    private struct Peer {
        var buffer: ReconnectBuffer
        var nextToSend: Int64 = 1
        var handled: [Int64] = []
    }

    private enum Packet {
        case counted(ByteBuffer)
        case ack(Int64)
        case sequence(Int64)
    }

    /// Two sides, a socket that breaks at random with whatever is on its way, and 2,500 messages each way.
    @Test(arguments: 0..<4) func nothingIsLostOrHandledTwice(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var peers = [Peer(buffer: ReconnectBuffer(limit: 400)), Peer(buffer: ReconnectBuffer(limit: 4_000))]
        var wires: [[Packet]] = [[], []]
        let total: Int64 = 2_500
        var cuts = 0
        var waits = 0
        while peers.contains(where: { $0.handled.count < total }) {
            let side = Int.random(in: 0...1, using: &generator)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0:
                cuts += 1
                wires = [[], []]
                for side in 0...1 {
                    peers[side].buffer.disconnected()
                    // Some is sent before the new socket is there.
                    for _ in 0..<Int.random(in: 0..<5, using: &generator) where peers[side].nextToSend <= total {
                        if peers[side].buffer.send(ByteBuffer(integer: peers[side].nextToSend)) != .wait {
                            peers[side].nextToSend += 1
                        }
                    }
                    let replay = peers[side].buffer.reconnected()
                    wires[side].append(.sequence(replay.sequenceID))
                    wires[side].append(contentsOf: replay.messages.map { .counted($0) })
                }
            case 1..<50:
                guard peers[side].nextToSend <= total else { continue }
                let message = ByteBuffer(integer: peers[side].nextToSend)
                switch peers[side].buffer.send(message) {
                case .write:
                    wires[side].append(.counted(message))
                    peers[side].nextToSend += 1
                case .wait: waits += 1
                case .keep: Issue.record("There is a socket.")
                }
            case 50..<60:
                if let sequenceID = peers[side].buffer.acknowledgement() { wires[side].append(.ack(sequenceID)) }
            default:
                guard !wires[side].isEmpty else { continue }
                let packet = wires[side].removeFirst()
                let other = 1 - side
                switch packet {
                case .counted(let message):
                    guard peers[other].buffer.received() == .handle else { continue }
                    peers[other].handled.append(message.getInteger(at: 0)!)
                case .ack(let sequenceID): _ = try peers[other].buffer.acknowledged(sequenceID)
                case .sequence(let sequenceID): try peers[other].buffer.resumed(at: sequenceID)
                }
            }
        }
        for peer in peers { #expect(peer.handled == Array(1...total)) }
        #expect(cuts > 30 && waits > 30, "\(cuts) cuts, \(waits) waits")
    }

    @Test func theMessagesInJSON() {
        #expect(written { JSONHubProtocol.encodeAck(sequenceID: 36, into: &$0) } == #"{"type":8,"sequenceId":36}"# + "\u{1E}")
        let sequence = written { JSONHubProtocol.encodeSequence(sequenceID: 19, into: &$0) }
        #expect(sequence == #"{"type":9,"sequenceId":19}"# + "\u{1E}")
    }
}
