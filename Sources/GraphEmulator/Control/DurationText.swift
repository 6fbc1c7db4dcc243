/// How people write durations: `PT1H30M`, `P3D`, `90s`, `1h30m`, or a number of seconds.
enum DurationText {
    /// Longer ones are refused.
    static let longest = Duration.seconds(400 * 86_400)

    /// - Returns: `nil` if it is none, or too long.
    static func parse(_ text: String) -> Duration? {
        if let seconds = Double(text) { return Self.duration(seconds) }
        var rest = text.uppercased()[...]
        let isISO = rest.first == "P"
        if isISO { rest.removeFirst() }
        var isTime = !isISO
        var seconds = 0.0
        var smallest = Double.infinity
        while !rest.isEmpty {
            if isISO, !isTime, rest.first == "T" {
                rest.removeFirst()
                isTime = true
                guard !rest.isEmpty else { return nil }
                continue
            }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits), let unit = rest.dropFirst(digits.count).first,
                let length = Self.seconds(in: unit, isISO: isISO, isTime: isTime), length < smallest
            else { return nil }
            seconds += number * length
            smallest = length
            rest = rest.dropFirst(digits.count + 1)
        }
        return smallest.isFinite ? Self.duration(seconds) : nil
    }

    static func duration(_ seconds: Double) -> Duration? {
        guard seconds >= 0, seconds <= Double(Self.longest.components.seconds) else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func seconds(in unit: Character, isISO: Bool, isTime: Bool) -> Double? {
        switch unit {
        case "W" where !isISO || !isTime: 604_800
        case "D" where !isISO || !isTime: 86_400
        case "H" where isTime: 3600
        case "M" where isTime: 60
        case "S" where isTime: 1
        default: nil
        }
    }
}
