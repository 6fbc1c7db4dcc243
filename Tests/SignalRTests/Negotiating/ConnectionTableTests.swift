import NIOCore
import Testing

@testable import SignalR

@Suite struct ConnectionTableTests {
    private typealias Table = ConnectionTable<String>

    private func at(_ seconds: Int64) -> LoopInstant { LoopInstant(nanoseconds: seconds * 1_000_000_000) }

    private func table(maximum: Int = 10) -> Table {
        Table(maximumNegotiated: maximum, timeout: .seconds(15), earlyLimit: 10)
    }

    /// In words.
    private func claim(_ token: String, in table: inout Table, at seconds: Int64) -> String {
        switch table.claim(token, by: "carrier", now: self.at(seconds)) {
        case .unknown: "unknown"
        case .claimed(let id, let own, let early): own == token ? "\(id) \(String(buffer: early))" : "another's token"
        case .carried(let carrier): carrier
        }
    }

    @Test func aConnectionIsMadeOnceAndFoundUntilItEnds() {
        var table = self.table()
        #expect(table.add("id", token: "token", now: self.at(0)) == true)
        #expect(self.claim("Token", in: &table, at: 1) == "unknown")
        #expect(self.claim("id", in: &table, at: 1) == "unknown")
        #expect(self.claim("token", in: &table, at: 14) == "id ")
        #expect(self.claim("token", in: &table, at: 14) == "carrier")
        #expect(self.claim("token", in: &table, at: 1000) == "carrier")
        #expect(table.carriers == ["carrier"])
        table.remove("token")
        #expect(self.claim("token", in: &table, at: 1000) == "unknown")
        #expect(table.count == 0)
        #expect(table.negotiatedCount == 0)
    }

    @Test func forgetsInTime() {
        var table = self.table()
        _ = table.add("a", token: "a", now: self.at(0))
        _ = table.add("b", token: "b", now: self.at(10))
        #expect(self.claim("a", in: &table, at: 15) == "unknown")
        #expect(self.claim("b", in: &table, at: 24) == "b ")
        table.remove("b")
        #expect(table.count == 0)
        #expect(table.negotiatedCount == 0)
    }

    @Test func whatIsNegotiatedIsBounded() {
        var table = self.table(maximum: 2)
        #expect(table.add("a", token: "a", now: self.at(0)) == true)
        #expect(table.add("b", token: "b", now: self.at(5)) == true)
        #expect(table.add("c", token: "c", now: self.at(6)) == false)
        #expect(self.claim("b", in: &table, at: 6) == "b ")
        #expect(table.add("c", token: "c", now: self.at(7)) == true)
        #expect(table.add("d", token: "d", now: self.at(8)) == false)
        // The first has had its time.
        #expect(table.add("d", token: "d", now: self.at(15)) == true)
        #expect(table.negotiatedCount == 2)
        #expect(table.count == 3)
    }

    @Test func keepsWhatIsSentEarly() {
        var table = self.table()
        _ = table.add("a", token: "a", now: self.at(0))
        func send(_ text: String, to token: String = "a") -> String {
            switch table.send(ByteBuffer(string: text), to: token, now: self.at(1)) {
            case .unknown: "unknown"
            case .kept: "kept"
            case .full: "full"
            case .carried(let carrier): carrier
            }
        }
        #expect(send("12345", to: "b") == "unknown")
        #expect(send("12345") == "kept")
        #expect(send("123456") == "full")
        #expect(send("67890") == "kept")
        if case .negotiated = table.find("a", now: self.at(1)) {} else { Issue.record("It is not negotiated.") }
        #expect(self.claim("a", in: &table, at: 2) == "a 1234567890")
        #expect(send("more") == "carrier")
    }
}
