import JSONBytes
import NIOCore

/// Graph's ways to write a moment. Moments are milliseconds since 1970.
enum GraphDateTime {
    /// Reads `2026-11-29T09:30:00.1234567+02:00`. Seconds and their fraction (1 to 7 digits) may be missing, the offset
    /// from UTC may not; what is finer than a millisecond is cut off.
    static func parse(_ text: String) -> Int64? {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2)
        else { return nil }
        var second: Int64 = 0
        var fraction: Int64 = 0
        if scanner.skip(":") {
            guard let seconds = scanner.digits(2) else { return nil }
            second = seconds
            if scanner.skip(".") {
                guard let milliseconds = scanner.fraction() else { return nil }
                fraction = milliseconds
            }
        }
        guard let offset = scanner.offset(), scanner.rest.isEmpty, year > 0, (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let minutes = (Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1000 + fraction
    }

    /// `2026-11-29T09:30:00Z`, with three digits of a second only if there are any.
    static func utc(_ milliseconds: Int64) -> String { self.local(milliseconds) + "Z" }

    /// `2026-11-29T09:30:00+00:00`, as in notifications.
    static func withOffset(_ milliseconds: Int64) -> String { self.local(milliseconds) + "+00:00" }

    /// `2026-11-29T09:30:00`, as in errors: no zone, no fraction.
    static func withoutZone(_ milliseconds: Int64) -> String { String(self.text(milliseconds).prefix(19)) }

    /// `2026-11-29T09:30:00Z`, never a fraction, as in mail.
    static func seconds(_ milliseconds: Int64) -> String { self.withoutZone(milliseconds) + "Z" }

    /// `2026-11-29 09:30:00Z`, as the sign-in service writes it.
    static func signIn(_ milliseconds: Int64) -> String {
        let text = self.withoutZone(milliseconds)
        return "\(text.prefix(10)) \(text.suffix(8))Z"
    }

    /// `Tue, 24 Nov 2026 09:30:00 GMT`, as HTTP writes it.
    static func http(_ milliseconds: Int64) -> String {
        let text = self.withoutZone(milliseconds)
        // The first of January 1970 was a Thursday.
        let days = (milliseconds - (milliseconds % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.prefix(10).split(separator: "-")
        let month = months[(Int(parts[1]) ?? 1) - 1]
        return "\(weekday), \(parts[2]) \(month) \(parts[0]) \(text.suffix(8)) GMT"
    }

    private static func local(_ milliseconds: Int64) -> String {
        let text = self.text(milliseconds).dropLast()
        return String(text.hasSuffix(".000") ? text.dropLast(4) : text)
    }

    private static func text(_ milliseconds: Int64) -> String {
        var buffer = ByteBuffer()
        buffer.writeISO8601(millisecondsSince1970: milliseconds)
        return String(buffer: buffer)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts years from March, so that the leap day is a year's last. Years from 1.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func digits(_ count: Int) -> Int64? {
            guard self.rest.count >= count else { return nil }
            var value: Int64 = 0
            for _ in 0..<count {
                guard let digit = self.digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard self.rest.first == UInt8(ascii: character) else { return false }
            self.rest.removeFirst()
            return true
        }

        mutating func fraction() -> Int64? {
            var value: Int64 = 0
            var count = 0
            while count < 7, let digit = self.digit() {
                if count < 3 { value = value * 10 + digit }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in min(count, 3)..<3 { value *= 10 }
            return value
        }

        /// Minutes east of UTC.
        mutating func offset() -> Int64? {
            if self.skip("Z") || self.skip("z") { return 0 }
            let sign: Int64 = self.skip("+") ? 1 : -1
            guard sign == 1 || self.skip("-"), let hours = self.digits(2), self.skip(":"), let minutes = self.digits(2),
                hours <= 14, minutes < 60
            else { return nil }
            return sign * (hours * 60 + minutes)
        }

        private mutating func digit() -> Int64? {
            guard let byte = self.rest.first, case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
            self.rest.removeFirst()
            return Int64(byte - UInt8(ascii: "0"))
        }
    }
}
