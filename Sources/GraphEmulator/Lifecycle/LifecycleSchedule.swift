/// When a subscription hears that it needs a new authorization.
///
/// Graph does not say when; these are our guesses: within the last hour one at once and one every 15 minutes; where there
/// were more than three hours, one in advance. After an answer the next one comes when the hour, or half of what is left,
/// has begun, so that an application that answers at once with a token of one hour is not asked again at once.
struct LifecycleSchedule: Sendable, Equatable, Codable {
    private static let minute: Int64 = 60_000
    static let interval = 15 * Self.minute
    static let lastHour = 60 * Self.minute
    static let inAdvance = 180 * Self.minute

    /// When the next one is due, in milliseconds since 1970.
    private(set) var next: Int64
    /// From when on they come regularly.
    private var low: Int64

    /// - Parameters:
    ///   - end: When the authorization or the subscription ends, whichever is first.
    ///   - isNew: Whether the subscription was just created.
    init(from now: Int64, to end: Int64, isNew: Bool) {
        let remaining = max(0, end - now)
        self.low = end - (isNew ? Self.lastHour : min(Self.lastHour, remaining / 2))
        self.next = max(now, remaining > Self.inAdvance ? end - Self.inAdvance : self.low)
    }

    /// Takes the event that is due.
    ///
    /// - Returns: Whether there was one.
    mutating func take(now: Int64) -> Bool {
        guard self.next <= now else { return false }
        // Of those that nobody could be told in time, one is enough.
        self.next = now < self.low ? self.low : self.next + ((now - self.next) / Self.interval + 1) * Self.interval
        return true
    }

    /// Makes one due now, whatever the time; others follow every 15 minutes.
    mutating func hurry(now: Int64) {
        self.next = now
        self.low = min(self.low, now)
    }
}
