import JSONBytes
import NIOCore

/// Moments as Graph and HTTP write them, in milliseconds since 1970.
package enum GraphTime {
    /// Reads `2026-11-29T09:30:00Z` and its kin: any number of fraction digits, any offset; none means UTC.
    ///
    /// - Returns: `nil` if it is not a moment.
    package static func milliseconds(iso8601 text: String) -> Int64? {
        var scanner = DigitScanner(bytes: Array(text.utf8))
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.take("T") || scanner.take("t"),
            let hour = scanner.number(digits: 2), scanner.take(":"), let minute = scanner.number(digits: 2),
            scanner.take(":"), let second = scanner.number(digits: 2), (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var result = self.days(year: year, month: month, day: day) * 86_400_000
        result += hour * 3_600_000 + minute * 60_000 + second * 1_000
        if scanner.take(".") {
            guard let fraction = scanner.fraction() else { return nil }
            result += fraction
        }
        if !scanner.take("Z"), !scanner.take("z"), !scanner.isAtEnd {
            let isEast = scanner.take("+")
            guard isEast || scanner.take("-"), let hours = scanner.number(digits: 2) else { return nil }
            _ = scanner.take(":")
            guard let minutes = scanner.number(digits: 2) else { return nil }
            result += (hours * 3_600_000 + minutes * 60_000) * (isEast ? -1 : 1)
        }
        return scanner.isAtEnd ? result : nil
    }

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func milliseconds(httpDate text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), (1...31).contains(day),
            let month = months.firstIndex(of: String(words[2])), let year = Int64(words[3]), (1...9999).contains(year)
        else { return nil }
        let clock = words[4].split(separator: ":").compactMap { Int64($0) }
        guard clock.count == 3, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        let days = self.days(year: year, month: Int64(month) + 1, day: day)
        return days * 86_400_000 + clock[0] * 3_600_000 + clock[1] * 60_000 + clock[2] * 1_000
    }

    /// Writes `2026-11-29T09:30:00.000Z`.
    package static func iso8601(_ milliseconds: Int64) -> String {
        var buffer = ByteBuffer()
        buffer.writeISO8601(millisecondsSince1970: milliseconds)
        return String(buffer: buffer)
    }

    /// Days since 1970 of a date in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct DigitScanner {
    let bytes: [UInt8]
    var index = 0

    var isAtEnd: Bool { self.index == self.bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.index < self.bytes.count, self.bytes[self.index] == UInt8(ascii: character) else { return false }
        self.index += 1
        return true
    }

    private mutating func digit() -> Int64? {
        guard self.index < self.bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = self.bytes[self.index] else {
            return nil
        }
        self.index += 1
        return Int64(self.bytes[self.index - 1] - UInt8(ascii: "0"))
    }

    mutating func number(digits: Int) -> Int64? {
        var result: Int64 = 0
        for _ in 0..<digits {
            guard let digit = self.digit() else { return nil }
            result = result * 10 + digit
        }
        return result
    }

    /// The digits after the point, as milliseconds; what is finer is cut off.
    mutating func fraction() -> Int64? {
        guard var result = self.digit().map({ $0 * 100 }) else { return nil }
        var weight: Int64 = 10
        while let digit = self.digit() {
            result += digit * weight
            weight /= 10
        }
        return result
    }
}
