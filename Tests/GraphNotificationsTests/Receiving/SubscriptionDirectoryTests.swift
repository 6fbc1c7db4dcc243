import Testing

@testable import GraphNotifications

@Suite struct SubscriptionDirectoryTests {
    private func known(_ name: String, _ id: String, _ state: String = "x") -> KnownSubscription {
        KnownSubscription(name: name, id: id, clientState: state)
    }

    @Test func findsById() {
        let directory = SubscriptionDirectory((0..<500).map { self.known("n\($0)", "id-\($0)") })
        for number in 0..<500 { #expect(directory.subscription(id: "id-\(number)")?.name == "n\(number)") }
        #expect(directory.subscription(id: "id-500") == nil)
        #expect(directory.subscription(id: "") == nil)
        #expect(directory.subscription(id: "ID-1") == nil)
    }

    @Test func oneNameHasOneId() {
        let directory = SubscriptionDirectory([self.known("a", "1"), self.known("b", "2")])
        directory.set(self.known("a", "3", "new"))
        #expect(directory.subscription(id: "1") == nil)
        #expect(directory.subscription(id: "3") == self.known("a", "3", "new"))
        #expect(directory.all.map(\.id) == ["3", "2"])
        directory.remove(name: "a")
        directory.remove(name: "nobody")
        #expect(directory.all.map(\.name) == ["b"])
        #expect(directory.subscription(id: "3") == nil)
    }

    @Test func twoNamesMayShareAnId() {
        let directory = SubscriptionDirectory([self.known("a", "1"), self.known("b", "1")])
        directory.remove(name: "a")
        #expect(directory.subscription(id: "1")?.name == "b")
    }
}
