import Testing

@testable import GraphEmulator

struct DurationTextTests {
    @Test(arguments: [
        ("PT4H", 14_400), ("P3D", 259_200), ("P1DT2H3M4S", 93_784), ("pt90s", 90), ("P2W", 1_209_600), ("PT0S", 0), ("90", 90),
        ("4h", 14_400), ("1h30m", 5400), ("3d", 259_200), ("15m", 900), ("2w", 1_209_600),
    ])
    func whatPeopleWrite(text: String, seconds: Int) {
        #expect(DurationText.parse(text) == .seconds(seconds))
    }

    @Test func partsOfASecond() {
        #expect(DurationText.parse("0.25") == .milliseconds(250))
        #expect(DurationText.parse("PT1.5S") == .milliseconds(1500))
    }

    @Test(arguments: [
        "", "P", "PT", "P1H", "PT1D", "1x", "h", "4 h", "1m1h", "PT1H1H", "-1", "PT-1H", "nan", "inf", "401d", "1e9",
    ])
    func whatIsNone(text: String) {
        #expect(DurationText.parse(text) == nil)
    }
}
