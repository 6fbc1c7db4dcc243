import RealTimeTesting
import Testing

@testable import GraphNotifications

@Suite struct RateWindowTests {
    @Test func lettingGoWhatFits() {
        var window = RateWindow(limit: 3, period: .seconds(20))
        for _ in 0..<3 {
            #expect(window.moment(for: 1, notBefore: .seconds(5)) == .seconds(5))
            window.take(1, at: .seconds(5))
        }
        #expect(window.moment(for: 1, notBefore: .seconds(6)) == .seconds(25))
        #expect(window.moment(for: 1, notBefore: .seconds(30)) == .seconds(30))
    }

    @Test func manyAtOnceNeedRoomForAll() {
        var window = RateWindow(limit: 4, period: .seconds(20))
        window.take(1, at: .seconds(0))
        window.take(2, at: .seconds(3))
        #expect(window.moment(for: 1, notBefore: .seconds(4)) == .seconds(4))
        #expect(window.moment(for: 2, notBefore: .seconds(4)) == .seconds(20))
        #expect(window.moment(for: 3, notBefore: .seconds(4)) == .seconds(23))
        #expect(window.moment(for: 9, notBefore: .seconds(4)) == .seconds(23))
    }

    @Test func keepingTheirDistance() {
        var window = RateWindow(limit: 4, period: .seconds(20))
        window.take(1, at: .seconds(7))
        #expect(window.moment(for: 1, notBefore: .seconds(7), evenly: true) == .seconds(12))
        #expect(window.moment(for: 1, notBefore: .seconds(30), evenly: true) == .seconds(30))
    }

    @Test(arguments: 1...20)
    func noStretchHasMoreThanTheLimit(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let limit = Int.random(in: 1...30, using: &random)
        var window = RateWindow(limit: limit, period: .seconds(20))
        var now = Duration.zero
        var moments: [Duration] = []
        for _ in 0..<500 {
            now += .milliseconds(Int.random(in: 0...1_500, using: &random))
            let count = Int.random(in: 1...min(limit, 5), using: &random)
            let moment = window.moment(for: count, notBefore: now, evenly: Bool.random(using: &random))
            #expect(moment >= max(now, moments.last ?? .zero))
            window.take(count, at: moment)
            moments += Array(repeating: moment, count: count)
        }
        for (index, moment) in moments.enumerated() where index >= limit {
            #expect(moment - moments[index - limit] >= .seconds(20))
        }
    }

    @Test func isQuietWhenNothingMatters() {
        var window = RateWindow(limit: 1, period: .seconds(20))
        #expect(window.isQuiet(at: .zero))
        window.take(1, at: .seconds(5))
        #expect(!window.isQuiet(at: .seconds(24)) && window.isQuiet(at: .seconds(25)))
    }
}
