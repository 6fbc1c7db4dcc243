import Synchronization
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct TokenCacheTests {
    private let time = ManualTime()
    private let cache: TokenCache
    private let fetched = Notes<String>()

    init() {
        self.cache = TokenCache(now: { [time] in time.milliseconds })
    }

    /// What the cache gives when the next token would live so long.
    private func value(_ demand: TokenDemand = .init(), lifetime: Int64 = 3_600) async throws -> String {
        try await self.cache.token(for: demand) { () async throws(GraphError) in
            self.fetched.note(demand.claims ?? "plain")
            return AccessToken("t\(self.fetched.count)", expiresAt: self.time.milliseconds + lifetime * 1_000)
        }.value
    }

    @Test func whoWantsOneThatLivesGetsANewOne() async throws {
        #expect(try await self.value() == "t1")
        self.time.advance(by: .seconds(3_600 - 1_500))
        #expect(try await self.value() == "t1")
        #expect(try await self.value(.init(minimumLifetime: .seconds(1_800))) == "t2")
        #expect(try await self.value(.init(minimumLifetime: .seconds(1_800))) == "t2")
    }

    @Test func aSignInServiceThatGivesShortOnesIsNotAskedAgainAndAgain() async throws {
        let demand = TokenDemand(minimumLifetime: .seconds(1_800))
        for _ in 0..<10 { #expect(try await self.value(demand, lifetime: 900) == "t1") }
        self.time.advance(by: .seconds(61))
        #expect(try await self.value(demand, lifetime: 900) == "t2")
    }

    @Test func aTokenIsRefusedOnce() async throws {
        let first = AccessToken("t1", expiresAt: 0)
        #expect(try await self.value() == "t1")
        #expect(try await self.value(.init(refused: first)) == "t2")
        // Others whom Graph told the same later share the new one.
        for _ in 0..<10 { #expect(try await self.value(.init(refused: first)) == "t2") }
        #expect(self.fetched.count == 2)
    }

    @Test func claimsAreAskedForOnce() async throws {
        #expect(try await self.value() == "t1")
        #expect(try await self.value(.init(claims: "{}")) == "t2")
        #expect(try await self.value(.init(claims: "{}")) == "t2")
        #expect(try await self.value() == "t2")
        #expect(try await self.value(.init(claims: "{1}")) == "t3")
        #expect(self.fetched.all == ["plain", "{}", "{1}"])
    }

    @Test func whoWantsClaimsDoesNotShareATokenWithoutThem() async throws {
        let gate = Gate()
        let plain = Task { [cache] in
            try await cache.token(for: .init()) { () async throws(GraphError) in
                await gate.pass()
                return AccessToken("plain", expiresAt: .max)
            }.value
        }
        try await eventually("it is asked") { gate.waiterCount == 1 }
        let claimed = Task { [cache] in
            try await cache.token(for: .init(claims: "{}")) { () async throws(GraphError) in
                AccessToken("claimed", expiresAt: .max)
            }.value
        }
        gate.open()
        #expect(try await plain.value == "plain")
        #expect(try await claimed.value == "claimed")
    }

    @Test func whatAPlatformGivesAgainIsUsed() async throws {
        let same = AccessToken("same", expiresAt: .max)
        let count = Notes<Void>()
        for _ in 0..<2 {
            let token = try await self.cache.token(for: .init(refused: same)) { () async throws(GraphError) in
                count.note(())
                return same
            }
            #expect(token == same)
        }
        #expect(count.count == 2)
    }
}
