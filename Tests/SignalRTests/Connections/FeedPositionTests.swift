import Testing

@testable import SignalR

@Suite struct FeedPositionTests {
    @Test func givesEachMessageOnce() {
        var feed = FeedPosition()
        #expect(feed.share(from: 5, to: 5) == .everything)
        #expect(feed.share(from: 5, to: 5) == .nothing)
        #expect(feed.share(from: 4, to: 4) == .nothing)
        #expect(feed.share(from: 6, to: 9) == .everything)
        #expect(feed.share(from: 8, to: 12) == .behind(9))
        #expect(feed.share(from: 10, to: 12) == .nothing)
    }

    @Test func saysHowFarItCame() {
        var feed = FeedPosition()
        #expect(feed.pause() == nil)
        #expect(feed.resume(from: 3) == true)
        _ = feed.share(from: 4, to: 7)
        #expect(feed.pause() == 7)
    }

    @Test func goesOnWhereItIsTold() {
        var feed = FeedPosition()
        _ = feed.pause()
        #expect(feed.resume(from: 10) == true)
        #expect(feed.share(from: 10, to: 10) == .nothing)
        #expect(feed.share(from: 9, to: 11) == .behind(10))
    }

    @Test func remembersWhatItHeldBack() {
        var feed = FeedPosition()
        _ = feed.share(from: 1, to: 1)
        #expect(feed.pause() == 1)
        #expect(feed.share(from: 2, to: 3) == .nothing)
        #expect(feed.resume(from: 1) == false)
        #expect(feed.resume(from: 2) == false)
        // It stays paused, and a second pause forgets nothing.
        #expect(feed.pause() == 1)
        #expect(feed.resume(from: 2) == false)
        #expect(feed.resume(from: 3) == true)
        #expect(feed.share(from: 4, to: 4) == .everything)
    }

    @Test func aNewPauseBeginsAnew() {
        var feed = FeedPosition()
        _ = feed.pause()
        _ = feed.share(from: 1, to: 9)
        #expect(feed.resume(from: 9) == true)
        _ = feed.pause()
        #expect(feed.resume(from: 2) == true)
    }
}
