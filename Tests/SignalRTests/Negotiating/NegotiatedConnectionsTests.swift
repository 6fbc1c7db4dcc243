import Testing

@testable import SignalR

@Suite struct NegotiatedConnectionsTests {
    private func at(_ seconds: Int64) -> LoopInstant { LoopInstant(nanoseconds: seconds * 1_000_000_000) }

    @Test func findsAConnectionOnce() {
        var table = NegotiatedConnections(maximumCount: 10, timeout: .seconds(15))
        #expect(table.add("id", token: "token", now: self.at(0)) == true)
        #expect(table.take("Token", now: self.at(1)) == nil)
        #expect(table.take("token", now: self.at(14)) == "id")
        #expect(table.take("token", now: self.at(14)) == nil)
    }

    @Test func forgetsInTime() {
        var table = NegotiatedConnections(maximumCount: 10, timeout: .seconds(15))
        _ = table.add("a", token: "a", now: self.at(0))
        _ = table.add("b", token: "b", now: self.at(10))
        #expect(table.take("a", now: self.at(15)) == nil)
        #expect(table.take("b", now: self.at(24)) == "b")
        #expect(table.count == 0)
    }

    @Test func isBounded() {
        var table = NegotiatedConnections(maximumCount: 2, timeout: .seconds(15))
        #expect(table.add("a", token: "a", now: self.at(0)) == true)
        #expect(table.add("b", token: "b", now: self.at(5)) == true)
        #expect(table.add("c", token: "c", now: self.at(6)) == false)
        #expect(table.take("b", now: self.at(6)) == "b")
        #expect(table.add("c", token: "c", now: self.at(7)) == true)
        #expect(table.add("d", token: "d", now: self.at(8)) == false)
        // The first has had its time.
        #expect(table.add("d", token: "d", now: self.at(15)) == true)
        #expect(table.count == 2)
    }
}
