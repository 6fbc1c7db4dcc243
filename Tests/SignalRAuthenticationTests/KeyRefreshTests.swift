import Testing

@testable import SignalRAuthentication
@testable import SignedTokens

struct KeyRefreshTests {
    private var refresh = KeyRefresh(lifetime: 3_600_000)

    private mutating func load(at now: Int64) {
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: now) == .fetchAndWait)
        self.refresh.fetched(isSuccess: true, now: now)
    }

    @Test mutating func theFirstTokenFetchesAndTheOthersWait() {
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 0) == .fetchAndWait)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 1) == .wait)
        self.refresh.fetched(isSuccess: true, now: 2)
        #expect(self.refresh.needed(isKnown: true, hasWaited: true, now: 2) == .use)
    }

    @Test mutating func anUnknownKeyFetchesOnceAMinute() {
        self.load(at: 0)
        // Whoever waited for the fetch and still does not know the key is answered with what there is.
        #expect(self.refresh.needed(isKnown: false, hasWaited: true, now: 0) == .use)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 59_999) == .use)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 60_000) == .fetchAndWait)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 60_001) == .use)
        self.refresh.fetched(isSuccess: true, now: 60_002)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 119_999) == .use)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 120_000) == .fetchAndWait)
    }

    @Test mutating func oldKeysGoOnWhileNewOnesAreFetched() {
        self.load(at: 0)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 3_599_999) == .use)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 3_600_000) == .useAndFetch)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 3_600_001) == .use)
        // The issuer is down: its keys stay, and it is asked again in a minute.
        self.refresh.fetched(isSuccess: false, now: 3_610_000)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 3_659_999) == .use)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: 3_660_000) == .useAndFetch)
    }

    @Test mutating func withoutKeysItIsTriedAgainSoon() {
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 0) == .fetchAndWait)
        self.refresh.fetched(isSuccess: false, now: 100)
        #expect(self.refresh.needed(isKnown: false, hasWaited: true, now: 5_000) == .refuse)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 1_999) == .refuse)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 2_000) == .fetchAndWait)
    }

    @Test mutating func aClockThatWasSetBackStopsNothing() {
        self.load(at: 1_000_000)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: 0) == .fetchAndWait)
    }

    @Test mutating func whatIsFixedIsNeverFetchedAgain() {
        self.refresh = KeyRefresh(lifetime: .max, pause: .max)
        self.load(at: 0)
        #expect(self.refresh.needed(isKnown: true, hasWaited: false, now: .max - 1) == .use)
        #expect(self.refresh.needed(isKnown: false, hasWaited: false, now: .max - 1) == .use)
    }
}
