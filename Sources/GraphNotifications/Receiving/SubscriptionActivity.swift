import Synchronization

/// When notifications of one subscription came. It is written for each item on event loops, and read for people.
final class SubscriptionActivity: Sendable {
    private let latest = Atomic<Int64>(0)
    private let rhythm = Mutex(EventRhythm())

    /// One came. Within a second of the one before it costs one read, and at most one write, of one word.
    ///
    /// - Parameter now: In milliseconds since 1970.
    func note(_ now: Int64) {
        guard now - self.latest.load(ordering: .relaxed) >= EventRhythm.resolution else { return }
        self.latest.store(now, ordering: .relaxed)
        self.rhythm.withLock { $0.note(now) }
    }

    /// What was learned.
    var learned: EventRhythm { self.rhythm.withLock { $0 } }
}
