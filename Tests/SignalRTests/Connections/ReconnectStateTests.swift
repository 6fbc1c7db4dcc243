import NIOCore
import SignalRProtocol
import Testing

@testable import SignalR

@Suite struct ReconnectStateTests {
    private func at(_ milliseconds: Int64) -> LoopInstant { LoopInstant(nanoseconds: milliseconds * 1_000_000) }

    private func record(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test func holdsBackWhatExceedsTheLimitInOrder() throws {
        let state = ReconnectState(limit: 3, now: self.at(0))
        #expect(state.hasRoom)
        #expect(state.send(self.record("aa")))
        #expect(state.send(self.record("bb")))
        #expect(!state.hasRoom)
        #expect(!state.send(self.record("cccc")))
        // Not before what was held back, though it would fit.
        #expect(try state.acknowledged(1) == [self.record("cccc")])
        #expect(!state.send(self.record("d")))
        #expect(!state.send(self.record("e")))
        #expect(state.heldBytes == 2)
        #expect(try state.acknowledged(2) == [])
        #expect(try state.acknowledged(3) == [self.record("d"), self.record("e")])
        #expect(state.heldBytes == 0)
        #expect(state.hasRoom)
        #expect(throws: HubProtocolError.self) { try state.acknowledged(6) }
    }

    @Test func keepsWhatIsSentWithoutASocket() {
        let state = ReconnectState(limit: 100, now: self.at(0))
        #expect(state.send(self.record("a")))
        state.disconnected(until: self.at(50))
        #expect(state.deadline == self.at(50))
        #expect(!state.send(self.record("b")))
        #expect(state.heldBytes == 0)
        let replay = state.reconnected()
        #expect(replay.sequenceID == 1)
        #expect(replay.messages == [self.record("a"), self.record("b")])
        #expect(state.send(self.record("c")))
    }

    @Test func acknowledgesOnceASecond() {
        let state = ReconnectState(limit: 100, now: self.at(0))
        #expect(state.acknowledgement(now: self.at(10)) == nil)
        #expect(state.received() == .handle)
        #expect(state.acknowledgement(now: self.at(20)) == 1)
        #expect(state.received() == .handle)
        #expect(state.acknowledgement(now: self.at(1_000)) == nil)
        #expect(state.received() == .handle)
        #expect(state.acknowledgement(now: self.at(1_020)) == 3)
        #expect(state.acknowledgement(now: self.at(9_000)) == nil)
    }
}
