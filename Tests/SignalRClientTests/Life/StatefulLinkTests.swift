import NIOCore
import SignalRProtocol
import Testing

@testable import SignalRClient

@Suite struct StatefulLinkTests {
    private func link(limit: Int) throws -> StatefulLink {
        let address = try #require(HubAddress("http://h/hub"))
        return StatefulLink(place: Negotiator.Place(address: address), limit: limit)
    }

    private func record(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test func whoeverFindsNoRoomWaitsForAnAcknowledgement() async throws {
        var link = try self.link(limit: 4)
        guard case .write = link.send(self.record("abcde")), case .wait(let room) = link.send(self.record("f")),
            case .wait(let same) = link.send(self.record("g"))
        else {
            Issue.record("The first is taken, and no other.")
            return
        }
        #expect(room === same)
        // Who cannot wait goes first.
        link.hold(self.record("held"))
        #expect(try link.acknowledged(0).isEmpty)
        #expect(try link.acknowledged(1) == [self.record("held")])
        try await room.value()
        guard case .write = link.send(self.record("f")) else {
            Issue.record("There is room.")
            return
        }
        let replay = link.reconnected()
        #expect(replay.sequenceID == 2 && replay.messages == [self.record("held"), self.record("f")])
    }

    @Test func whatIsHeldStaysInOrderHoweverLongItTakes() throws {
        var link = try self.link(limit: 2)
        guard case .write = link.send(self.record("abc")), case .wait(let room) = link.send(self.record("x")) else {
            Issue.record("The first is taken.")
            return
        }
        for text in ["def", "ghi", "jkl"] { link.hold(self.record(text)) }
        #expect(try link.acknowledged(1) == [self.record("def")])
        #expect(try link.acknowledged(2) == [self.record("ghi")])
        // Without a socket nothing is written; it goes out with the replay.
        link.disconnected()
        #expect(try link.acknowledged(3).isEmpty)
        #expect(link.reconnected().messages == [self.record("jkl")])
        withExtendedLifetime(room) {}
    }

    @Test func muchIsAcknowledgedSoon() throws {
        var link = try self.link(limit: 4)
        #expect(link.received(10) == .handle && !link.isAcknowledgementDue)
        #expect(link.received(StatefulLink.acknowledgedSize) == .handle && link.isAcknowledgementDue)
        #expect(link.acknowledgement() == 2 && !link.isAcknowledgementDue && link.acknowledgement() == nil)
        try link.resumed(at: 2)
        #expect(link.received(1) == .ignore && link.received(1) == .handle)
        #expect(throws: HubProtocolError.self) { try link.resumed(at: 9) }
        #expect(throws: HubProtocolError.self) { try link.acknowledged(1) }
    }
}
