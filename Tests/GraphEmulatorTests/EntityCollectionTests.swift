import Testing

@testable import GraphEmulator

@Suite struct EntityCollectionTests {
    private static func entity(_ id: String, container: String? = nil) -> Entity {
        Entity(id: id, immutableID: "i-\(id)", container: container, changeKey: "k", members: [:], now: morning)
    }

    @Test func oneThatComesBackIsTheYoungest() {
        var collection = EntityCollection()
        for id in ["a", "b", "c"] { collection.insert(Self.entity(id), now: morning) }
        collection.remove("a", isFinal: false, limit: 10, now: morning)
        collection.insert(Self.entity("a"), now: morning)
        #expect(collection.entities().map(\.id) == ["b", "c", "a"])
        #expect(collection.oldest?.id == "b")
        #expect(collection.lastChange == 5)
    }

    @Test func bothIDsFindIt() {
        var collection = EntityCollection()
        collection.insert(Self.entity("a", container: "x"), now: morning)
        var moved = Self.entity("b", container: "y")
        moved.immutableID = "i-a"
        collection.replace("a", with: moved, limit: 10, now: morning)
        #expect(collection.entity("a") == nil)
        #expect(collection.entity("i-a")?.id == "b")
        #expect(collection.entities(in: "x").isEmpty)
        #expect(collection.tombstones.map(\.id) == ["a"])
        collection.remove("b", isFinal: true, limit: 10, now: morning)
        #expect(collection.entity("i-a") == nil)
        #expect(collection.bytes == 0)
    }

    /// Thousands that come and go leave nothing behind but what is to be remembered.
    @Test func comingAndGoingLeavesNothing() {
        var collection = EntityCollection()
        collection.insert(Self.entity("first"), now: morning)
        for number in 0..<2000 {
            collection.insert(Self.entity("\(number)"), now: morning)
            collection.remove("\(number)", isFinal: true, limit: 5, now: morning)
        }
        #expect(collection.count == 1)
        #expect(collection.tombstones.count == 5)
        #expect(collection.horizon == 3991)
        #expect(collection.bytes == Self.entity("first").cost)
    }
}
