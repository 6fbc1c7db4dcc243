import Foundation
import NIOCore
import Testing

@testable import JSONBytes

@Suite struct ISO8601Tests {
    private static func written(_ milliseconds: Int64) -> String {
        var buffer = ByteBuffer()
        buffer.writeISO8601(millisecondsSince1970: milliseconds)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (999, "1970-01-01T00:00:00.999Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (1_795_512_600_123, "2026-11-24T09:30:00.123Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (-86_400_000, "1969-12-31T00:00:00.000Z"),
        (-11_644_473_600_000, "1601-01-01T00:00:00.000Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ])
    func moments(_ milliseconds: Int64, _ text: String) {
        #expect(Self.written(milliseconds) == text)
    }

    @Test func beyondFourDigitsOfAYearItIsTheNearestMoment() {
        #expect(Self.written(253_402_300_800_000) == "9999-12-31T23:59:59.999Z")
        #expect(Self.written(.max) == "9999-12-31T23:59:59.999Z")
        #expect(Self.written(-62_167_219_200_001) == "0000-01-01T00:00:00.000Z")
        #expect(Self.written(.min) == "0000-01-01T00:00:00.000Z")
    }

    @Test func everyMillisecondHasItsDigits() {
        for millisecond in Int64(0)..<1_000 {
            let digits = String(String(1_000 + millisecond).dropFirst())
            #expect(Self.written(1_000 + millisecond) == "1970-01-01T00:00:01.\(digits)Z")
            #expect(Self.written(millisecond - 1_000) == "1969-12-31T23:59:59.\(digits)Z")
        }
    }

    /// Each day of four centuries against Foundation's calendar, at a time of day that moves along.
    @Test func everyDayOfFourCenturiesIsFoundationsDay() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        for day in stride(from: Int64(0), through: 146_097, by: 1) {
            let date = CivilDate(daysSince1970: day)
            // Foundation is slow; the first and the last days of months are where calendars differ.
            guard date.day == 1 || date.day >= 28 else { continue }
            let parts = calendar.dateComponents(
                [.year, .month, .day], from: Date(timeIntervalSince1970: TimeInterval(day * 86_400))
            )
            #expect(date.year == parts.year.map(Int64.init))
            #expect(date.month == parts.month.map(Int64.init))
            #expect(date.day == parts.day.map(Int64.init))
        }
    }

    /// Eighths of a second, because a `Date` holds them exactly.
    @Test func randomMomentsReadAsFoundationWritesThem() {
        var generator = SeededGenerator(seed: 8601)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<5_000 {
            let eighths = Int64.random(in: 0..<(253_402_300_800 * 8), using: &generator)
            let date = Date(timeIntervalSince1970: TimeInterval(eighths) / 8)
            #expect(Self.written(eighths * 125) == date.formatted(style))
        }
    }
}
