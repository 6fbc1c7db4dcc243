/// When the changes of which subscription are read, decided without Graph, store or clock.
///
/// One subscription is read once at a time; what is told of it meanwhile has it read again. Moments are milliseconds since
/// 1970.
struct CatchUpSchedule: Sendable {
    /// Why something is read.
    enum Cause: Sendable, Equatable {
        /// Nobody suspects anything: its link grows old.
        case age
        /// Something may have changed without a notification that said what.
        case suspicion
    }

    /// One subscription that is to be read now.
    struct Job: Sendable, Equatable {
        var subscription: String
        var cause: Cause
        /// The largest mark of what was told before it began.
        var mark: Int64
    }

    private struct Entry {
        /// When it is to be read for a reason.
        var due: Int64?
        /// When it is to be read without one.
        var aged: Int64?
        /// When the first of those notifications came that have it read.
        var firstNotification: Int64?
        var isRunning = false
        /// Failures in a row.
        var failures = 0
        /// How often in a row there was nothing though there should have been.
        var emptyRounds = 0
        /// The largest mark of what was told.
        var mark: Int64 = 0
        /// Whether something was told that has not been looked for.
        var isPending = false

        var next: Int64? {
            guard let due = self.due, let aged = self.aged else { return self.due ?? self.aged }
            return min(due, aged)
        }
    }

    private let configuration: CatchUpConfiguration
    private var entries: [String: Entry] = [:]
    private var running = 0
    private var lastMark: Int64 = 0

    init(configuration: CatchUpConfiguration) {
        self.configuration = configuration
    }

    /// How many have something to be looked for.
    var pendingCount: Int { self.entries.values.count(where: \.isPending) }
    /// Those that have something to be looked for.
    var pending: [String] { self.entries.filter(\.value.isPending).keys.sorted() }

    /// Whether nothing is being read, and nothing is due.
    func isAtRest(now: Int64) -> Bool {
        self.running == 0 && self.entries.values.allSatisfy { entry in entry.next.map { $0 > now } ?? true }
    }

    // MARK: - Events

    /// A subscription is read when its link is so old, if there is no reason earlier.
    mutating func expect(_ subscription: String, at moment: Int64) {
        self.entries[subscription, default: Entry()].aged = moment
    }

    /// Notifications may have been lost.
    ///
    /// - Parameters:
    ///   - subscription: Of which.
    ///   - isCertain: Whether there must be something to be found, so that Graph is asked again if it knows of nothing.
    ///   - now: The time.
    ///   - mark: That of the store, if it knows already.
    /// - Returns: The mark to be noted in the store.
    mutating func lost(_ subscription: String, isCertain: Bool, now: Int64, mark: Int64? = nil) -> Int64 {
        self.lastMark = mark.map { max($0, self.lastMark) } ?? max(self.lastMark + 1, now)
        var entry = self.entries[subscription] ?? Entry()
        entry.mark = mark ?? self.lastMark
        if isCertain {
            entry.emptyRounds = 0
        } else if !entry.isPending {
            entry.emptyRounds = self.configuration.questionsAfterNothing
        }
        entry.isPending = true
        // A failure's pause is kept: asking more often would not help.
        if entry.failures == 0 || entry.due == nil { entry.due = min(entry.due ?? now, now) }
        self.entries[subscription] = entry
        return entry.mark
    }

    /// A notification came that does not say what has changed.
    mutating func notified(_ subscription: String, now: Int64) {
        var entry = self.entries[subscription] ?? Entry()
        let first = entry.firstNotification ?? now
        entry.firstNotification = first
        entry.emptyRounds = 0
        let moment = min(
            now + self.configuration.debounce.milliseconds, first + self.configuration.longestDebounce.milliseconds
        )
        if entry.failures == 0, !entry.isPending || entry.isRunning { entry.due = moment }
        if entry.due == nil { entry.due = moment }
        self.entries[subscription] = entry
    }

    /// Takes out what is to be read now, as many as may be read at once.
    ///
    /// - Returns: With it, when to ask again; `nil` if something has to happen first.
    mutating func takeDue(now: Int64) -> (jobs: [Job], wake: Int64?) {
        var jobs: [Job] = []
        var wake: Int64?
        var waiting: [(next: Int64, subscription: String)] = []
        for (subscription, entry) in self.entries where !entry.isRunning {
            guard let next = entry.next else { continue }
            if next <= now { waiting.append((next, subscription)) } else { wake = min(wake ?? next, next) }
        }
        guard !waiting.isEmpty else { return ([], wake) }
        let room = max(0, self.configuration.maximumReads - self.running)
        for (_, subscription) in waiting.sorted(by: <).prefix(room) {
            guard var entry = self.entries[subscription] else { continue }
            let isDue = entry.due.map { $0 <= now } ?? false
            entry.due = nil
            entry.aged = nil
            entry.firstNotification = nil
            entry.isRunning = true
            self.entries[subscription] = entry
            self.running += 1
            jobs.append(Job(subscription: subscription, cause: isDue ? .suspicion : .age, mark: entry.mark))
        }
        return (jobs, wake)
    }

    /// A subscription was read to the end.
    ///
    /// - Parameters:
    ///   - job: Which.
    ///   - found: How many changes Graph listed.
    ///   - now: The time.
    ///   - aged: When its link will be so old that it is read without a reason; `nil` if never.
    /// - Returns: Whether what was told before it began is dealt with.
    mutating func finished(_ job: Job, found: Int, now: Int64, aged: Int64?) -> Bool {
        guard var entry = self.entries[job.subscription] else { return false }
        self.running -= 1
        entry.isRunning = false
        entry.failures = 0
        entry.aged = aged
        var isDone = true
        if found > 0 || job.cause == .age {
            entry.emptyRounds = 0
        } else if entry.emptyRounds < self.configuration.questionsAfterNothing {
            var pause = self.configuration.pauseAfterNothing
            for _ in 0..<entry.emptyRounds { pause *= 4 }
            entry.emptyRounds += 1
            let again = now + pause.milliseconds
            entry.due = min(entry.due ?? again, again)
            isDone = false
        }
        if isDone, entry.mark <= job.mark { entry.isPending = false }
        self.entries[job.subscription] = entry
        return isDone
    }

    /// A subscription could not be read to the end.
    ///
    /// - Returns: How often in a row.
    @discardableResult
    mutating func failed(
        _ job: Job, isPermanent: Bool, retryAfter: Duration?, random: Double, now: Int64
    ) -> Int {
        guard var entry = self.entries[job.subscription] else { return 0 }
        self.running -= 1
        entry.isRunning = false
        entry.failures += 1
        let backoff = isPermanent ? self.configuration.permanentBackoff : self.configuration.backoff
        let pause = max(backoff.delay(afterFailures: entry.failures, random: random), retryAfter ?? .zero)
        switch job.cause {
        case .suspicion: entry.due = now + pause.milliseconds
        case .age: entry.aged = now + pause.milliseconds
        }
        self.entries[job.subscription] = entry
        return entry.failures
    }
}
