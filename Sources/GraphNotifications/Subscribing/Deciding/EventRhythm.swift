/// How often something usually happens, learned from the last times, and whether it has been quiet for suspiciously long.
///
/// | Question | Answer |
/// |---|---|
/// | usual gap | the median of the last 15 gaps; none before three |
/// | silent | nothing for ten times the usual gap, and for at least an hour |
///
/// A mailbox that gets mail every few minutes and then none for two hours is silent; one that gets a mail a day is not.
/// Nights and weekends make it wrong now and then: it is a hint for people, and nothing depends on it.
struct EventRhythm: Sendable, Equatable {
    /// How many moments are remembered.
    static let capacity = 16
    /// How many gaps have to be known before anything is said.
    static let minimumGaps = 3
    /// How many times the usual gap is too long.
    static let patience: Int64 = 10
    /// What is never too long, in milliseconds.
    static let shortestSilence: Int64 = 3_600_000
    /// Events that are closer than this belong together.
    static let resolution: Int64 = 1_000

    private var moments: [Int64] = []

    /// Something happened.
    ///
    /// - Parameter now: In milliseconds since 1970. Moments before the last one are left out.
    mutating func note(_ now: Int64) {
        guard now - (self.moments.last ?? .min / 2) >= Self.resolution else { return }
        if self.moments.count == Self.capacity { self.moments.removeFirst() }
        self.moments.append(now)
    }

    /// When it happened last.
    var last: Int64? { self.moments.last }

    /// The usual time from one to the next, in milliseconds; `nil` while too little is known.
    var usualGap: Int64? {
        let gaps = zip(self.moments.dropFirst(), self.moments).map { $0 - $1 }.sorted()
        return gaps.count >= Self.minimumGaps ? gaps[gaps.count / 2] : nil
    }

    /// Whether it has been quiet for suspiciously long.
    func isSilent(now: Int64) -> Bool {
        guard let last = self.last, let gap = self.usualGap else { return false }
        return now - last >= max(Self.shortestSilence, gap.multipliedReportingOverflow(by: Self.patience).partialValue)
    }
}
