/// When an event is.
extension Entity {
    /// The time it takes, in milliseconds since 1970; `nil` for what is not an event.
    ///
    /// Times are taken as UTC, whatever zone they name.
    var span: Range<Int64>? {
        guard let start = Self.moment(self.members["start"]), let end = Self.moment(self.members["end"]), start <= end else {
            return nil
        }
        return start..<end
    }

    /// Reads a `dateTimeTimeZone`, whose time has no zone of its own.
    private static func moment(_ value: JSONValue?) -> Int64? {
        guard let text = value?.object?["dateTime"]?.string else { return nil }
        return GraphDateTime.parse(text) ?? GraphDateTime.parse(text + "Z")
    }

    /// Whether it takes place in this time, at least in part.
    func isIn(_ window: Range<Int64>) -> Bool { self.span.map { $0.touches(window) } ?? false }
}

extension Range<Int64> {
    /// Whether the two have something in common, where a range of no length counts as a moment.
    func touches(_ other: Range<Int64>) -> Bool {
        self.lowerBound < other.upperBound && (self.upperBound > other.lowerBound || self.lowerBound == other.lowerBound)
    }
}
