import RealTimeTesting
import Testing

@testable import GraphNotifications

@Suite struct SubscriptionLooksTests {
    private static let url = "https://me.test/notifications"

    /// A Graph that lists what it is told to, when it is told to.
    private final class Lister: Sendable {
        let now = Watched<Int64>(100)
        let asked = Watched(0)
        let answers = Watched<[Result<[GraphSubscription], GraphError>]>([])

        func looks() -> SubscriptionLooks {
            SubscriptionLooks(notificationURL: url, now: { self.now.value }) { () async throws(GraphError) in
                let number = self.asked.change { asked in
                    asked += 1
                    return asked
                }
                await self.answers.wait { $0.count >= number }
                return try self.answers.value[number - 1].get()
            }
        }

        func answer(_ result: Result<[GraphSubscription], GraphError>) { self.answers.change { $0.append(result) } }
    }

    private static func listed(_ id: String, _ resource: String, url: String = url) -> GraphSubscription {
        GraphSubscription(
            id: id, resource: resource, changeTypes: .created, notificationURL: url, expiresAt: 1_000_000)
    }

    private static func record(_ resource: String) -> SubscriptionRecord {
        SubscriptionRecord(
            name: resource, resource: resource, changeTypes: .created, notificationURL: url, clientState: "secret")
    }

    @Test func oneLookServesAllWhoAskForTheSameTime() async throws {
        let lister = Lister()
        let looks = lister.looks()
        let found = try await withThrowingTaskGroup(of: [String].self) { group in
            for number in 0..<20 {
                group.addTask { try await looks.twins(of: Self.record("/Users/\(number)"), since: 99) }
            }
            await lister.asked.wait { $0 == 1 }
            lister.answer(.success((0..<10).map { Self.listed("s\($0)", "users/\($0)") }))
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(found.sorted() == (0..<10).map { "s\($0)" })
        // Later, too, of what was there before.
        #expect(try await looks.twins(of: Self.record("users/3"), since: 50) == ["s3"])
        #expect(lister.asked.value == 1)
    }

    @Test func whatMayHaveComeSinceIsLookedForAgain() async throws {
        let lister = Lister()
        let looks = lister.looks()
        lister.answer(.success([]))
        lister.answer(.success([Self.listed("s1", "users/1"), Self.listed("s2", "users/1", url: "https://other.test/")]))
        #expect(try await looks.twins(of: Self.record("users/1"), since: 99) == [])
        // At the moment at which the last look began: it may have come too late for that.
        #expect(try await looks.twins(of: Self.record("users/1"), since: 100) == ["s1"])
        #expect(lister.asked.value == 2)
    }

    @Test func aLookAtAllServesOthers() async throws {
        let lister = Lister()
        let looks = lister.looks()
        lister.answer(.success([Self.listed("s1", "users/1"), Self.listed("s2", "users/2", url: "https://other.test/")]))
        #expect(try await looks.look().map(\.id) == ["s1", "s2"])
        #expect(try await looks.twins(of: Self.record("users/1"), since: 99) == ["s1"])
        #expect(lister.asked.value == 1)
    }

    @Test func aFailureIsToldToAllWhoWaitAndNotRemembered() async throws {
        let lister = Lister()
        let looks = lister.looks()
        let failure = GraphError(.unreachable, "There is no connection.")
        let failures = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do throws(GraphError) {
                        _ = try await looks.twins(of: Self.record("users/1"), since: 99)
                        return false
                    } catch {
                        return error.code == .unreachable
                    }
                }
            }
            await lister.asked.wait { $0 == 1 }
            lister.answer(.failure(failure))
            // Those who came after it had failed look again.
            lister.answer(.failure(failure))
            lister.answer(.failure(failure))
            lister.answer(.failure(failure))
            lister.answer(.failure(failure))
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 5)
        lister.answers.change { $0[lister.asked.value...] = [.success([Self.listed("s1", "users/1")])] }
        #expect(try await looks.twins(of: Self.record("users/1"), since: 99) == ["s1"])
    }
}
