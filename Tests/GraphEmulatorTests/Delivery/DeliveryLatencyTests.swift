import Testing

@testable import GraphEmulator

@Suite struct DeliveryLatencyTests {
    private static func draws(_ latency: DeliveryLatency, _ resource: String, _ changeType: String) throws -> [Int64] {
        var graph = emptyGraph()
        var draft = SubscriptionDraft.mail(resource, changeType: changeType)
        draft.lifecycleNotificationURL = draft.notificationURL
        // Presence is open to users only.
        let isForUsers = ResourcePath(resource).family == .presence
        let subscription = try graph.subscribe(draft, from: isForUsers ? .user(anna) : caller)
        var random = EmulatorRandom(seed: 3)
        return (0..<2000).map { _ in latency.draw(for: subscription, random: &random) }
    }

    @Test func itIsWhatWasSaid() throws {
        #expect(try Self.draws(.none, "users", "updated").allSatisfy { $0 == 0 })
        #expect(try Self.draws(.upTo(.zero), "users", "updated").allSatisfy { $0 == 0 })
        let draws = try Self.draws(.upTo(.seconds(2)), "users", "updated")
        #expect(draws.allSatisfy { (0...2000).contains($0) })
        #expect(draws.contains { $0 < 200 } && draws.contains { $0 > 1800 })
    }

    /// The kind of resource, what is usual and what is the longest, in seconds.
    @Test(arguments: [
        ("users/sales@example.com/messages", "created", 60, 180), ("chats/getAllMessages", "created", 10, 60),
        ("chats", "created", 10, 3600), ("teams/1/channels/2/messages", "created", 10, 60),
        ("teams/1/members", "created", 10, 3600), ("drives/1/root", "updated", 60, 21_600),
        ("communications/callRecords", "created", 1800, 9000), ("communications/presences/1", "updated", 10, 60),
        ("security/alerts", "updated", 180, 300),
    ])
    func itIsWhatIsDocumented(_ resource: String, _ changeType: String, _ usual: Int64, _ longest: Int64) throws {
        let draws = try Self.draws(.realistic, resource, changeType)
        #expect(draws.allSatisfy { (0...longest * 1000).contains($0) })
        #expect(draws.filter { $0 <= usual * 1000 }.count > 1700)
        #expect(draws.contains { $0 > usual * 1000 })
    }

    /// A notification that is later than another is sent later.
    @Test func laterOnesAreSentLater() throws {
        var graph = emptyGraph { $0.latency = .upTo(.seconds(2)) }
        _ = try graph.subscribe(.mail())
        let scope = try graph.mailScope(user: sales.id, folder: "inbox")
        for _ in 0..<20 { _ = try graph.create([:], in: scope, now: morning) }
        var moments: [Int64] = []
        while let next = graph.deliveries.nextMoment {
            moments.append(next - morning)
            _ = graph.everythingSent(at: next)
        }
        #expect(moments.count > 5)
        #expect(moments.allSatisfy { (0...2100).contains($0) })
    }
}
