public import NIOCore

extension ByteBuffer {
    /// Appends a moment as `2026-11-24T09:30:00.123Z`: UTC, three digits of a second, 24 bytes.
    ///
    /// - Parameter milliseconds: Milliseconds since 1970, negative before. RFC 3339 has four digits for the year:
    ///   what lies outside the years 0 to 9999 is written as the first or the last moment within.
    public mutating func writeISO8601(millisecondsSince1970 milliseconds: Int64) {
        let milliseconds = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let (days, rest) = milliseconds.flooredQuotientAndRemainder(dividingBy: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        self.writeDigits(date.year, count: 4)
        self.writeInteger(UInt8(ascii: "-"))
        self.writeDigits(date.month, count: 2)
        self.writeInteger(UInt8(ascii: "-"))
        self.writeDigits(date.day, count: 2)
        self.writeInteger(UInt8(ascii: "T"))
        self.writeDigits(rest / 3_600_000, count: 2)
        self.writeInteger(UInt8(ascii: ":"))
        self.writeDigits(rest / 60_000 % 60, count: 2)
        self.writeInteger(UInt8(ascii: ":"))
        self.writeDigits(rest / 1_000 % 60, count: 2)
        self.writeInteger(UInt8(ascii: "."))
        self.writeDigits(rest % 1_000, count: 3)
        self.writeInteger(UInt8(ascii: "Z"))
    }

    private mutating func writeDigits(_ number: Int64, count: Int) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            self.writeInteger(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable {
    var year: Int64
    var month: Int64
    var day: Int64

    /// Counts years from March, so that the leap day is a year's last, in eras of 400 years (146,097 days).
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        self.month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }
}

extension Int64 {
    /// Divides by a positive number, rounding down, so that the remainder is never negative.
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
