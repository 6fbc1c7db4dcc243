/// When something happens at the company without anybody asking.
struct ActivitySchedule: Sendable {
    /// Whoever is further behind than this many times has slept, and does not catch up.
    private static let longestLag: Int64 = 1000

    /// In milliseconds.
    private let interval: Int64
    /// Milliseconds since 1970.
    private(set) var next: Int64

    init(every interval: Duration, from now: Int64) {
        self.interval = max(1, interval.milliseconds)
        self.next = now + self.interval
    }

    /// Takes the next turn, if it has come.
    mutating func take(now: Int64) -> Bool {
        guard self.next <= now else { return false }
        if now - self.next > Self.longestLag * self.interval { self.next = now }
        self.next += self.interval
        return true
    }
}
