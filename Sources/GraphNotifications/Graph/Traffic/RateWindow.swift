import DequeModule

/// When the next may go, so that in no stretch of time of a given length there are more than allowed.
///
/// Moments are counted from any fixed one.
struct RateWindow {
    let limit: Int
    let period: Duration
    /// The last moments that were given away, at most `limit`, in order. Some may lie ahead.
    private var taken: Deque<Duration> = []

    init(limit: Int, period: Duration) {
        self.limit = max(limit, 1)
        self.period = period
    }

    /// The earliest moment at which so many may go together.
    ///
    /// - Parameters:
    ///   - count: How many; more than the limit count as the limit.
    ///   - earliest: Not before this moment.
    ///   - evenly: Whether they shall keep their distance from those before, instead of going as soon as there is room.
    func moment(for count: Int, notBefore earliest: Duration, evenly: Bool = false) -> Duration {
        let count = min(count, self.limit)
        var moment = max(earliest, self.taken.last ?? earliest)
        if evenly, let last = self.taken.last { moment = max(moment, last + self.period / self.limit) }
        let surplus = self.taken.count + count - self.limit
        if surplus > 0 { moment = max(moment, self.taken[surplus - 1] + self.period) }
        return moment
    }

    /// Gives a moment away.
    mutating func take(_ count: Int, at moment: Duration) {
        while let first = self.taken.first, first + self.period <= moment { self.taken.removeFirst() }
        for _ in 0..<min(count, self.limit) {
            if self.taken.count == self.limit { self.taken.removeFirst() }
            self.taken.append(moment)
        }
    }

    /// Whether nothing that was given away matters any more.
    func isQuiet(at now: Duration) -> Bool {
        self.taken.last.map { $0 + self.period <= now } ?? true
    }
}
