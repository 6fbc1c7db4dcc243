import Testing

@testable import SignalRClient

@Suite struct CallTableTests {
    private typealias Table = CallTable<String, String, String>

    private func name(_ owner: Table.Owner) -> String? {
        switch owner {
        case .call(let call): "call \(call)"
        case .stream(let stream): "stream \(stream)"
        case .upload(let upload): "upload \(upload)"
        case .nobody: nil
        }
    }

    @Test func everyAnswerFindsItsCallOnce() {
        var table = Table(limit: 8)
        let first = table.begin("a") ?? "none"
        let second = table.begin("b") ?? "none"
        let third = table.begin(stream: "c") ?? "none"
        #expect(Set([first, second, third]).count == 3 && table.callCount == 2)
        #expect(table.stream(third) == "c" && table.stream(first) == nil)
        #expect(self.name(table.end(second)) == "call b" && table.callCount == 1)
        #expect(self.name(table.end(second)) == nil && table.callCount == 1)
        #expect(self.name(table.end(third)) == "stream c" && table.stream(third) == nil)
        #expect(self.name(table.end("9")) == nil)
    }

    @Test func whatGoesToTheServerIsNotTheServersToEnd() {
        var table = Table(limit: 2)
        let upload = table.begin(upload: { "u\($0)" })
        #expect(upload == "u0" && table.callCount == 0)
        #expect(self.name(table.answered("0")) == nil)
        #expect(table.begin("a") == "1" && table.begin(upload: { $0 }) == nil)
        #expect(self.name(table.answered("1")) == "call a" && table.callCount == 0)
        #expect(self.name(table.end("0")) == "upload u0")
        #expect(table.begin(upload: { $0 }) == "2" && table.endAll().map(self.name) == ["upload 2"])
    }

    @Test func thereIsALimit() {
        var table = Table(limit: 2)
        let first = table.begin("a") ?? "none"
        #expect(table.begin(stream: "b") != nil)
        #expect(table.begin("c") == nil && table.begin(stream: "c") == nil && table.callCount == 1)
        _ = table.end(first)
        // Ids are not used again: a late answer must not find another call.
        #expect(table.begin("c") != first)
    }

    @Test func aLossEndsThemAll() {
        var table = Table(limit: 8)
        _ = table.begin("a")
        _ = table.begin(stream: "b")
        #expect(Set(table.endAll().map(self.name)) == ["call a", "stream b"])
        #expect(table.endAll().isEmpty && table.callCount == 0)
    }

    @Test func theBacklogStopsReadingUnlessSomebodyWaits() {
        var backlog = Backlog(limit: 1_000)
        #expect(backlog.mayRead(callsWaiting: false))
        backlog.add(900)
        #expect(!backlog.mayRead(callsWaiting: false) && backlog.mayRead(callsWaiting: true) && !backlog.isOverflowing)
        for _ in 0..<3 { backlog.add(900) }
        #expect(backlog.isOverflowing)
        for _ in 0..<4 { backlog.remove(900) }
        #expect(backlog.bytes == 0 && backlog.mayRead(callsWaiting: false))
    }
}
