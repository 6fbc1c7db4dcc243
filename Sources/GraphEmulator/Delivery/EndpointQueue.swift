import DequeModule

/// What waits for one notification URL, and what to do about it. It knows no clock and no socket.
///
/// New notifications go out in the order they came, one `POST` after the other, so that each subscription's first attempts
/// keep their order. A `POST` that fails comes again as it was, on its own schedule, beside the new ones.
struct EndpointQueue: Sendable {
    struct Settings: Sendable {
        /// How long a new notification waits for others, in milliseconds.
        var window: Int64 = 20
        var retries = RetrySchedule()
        /// How many notifications wait at most, retries included.
        var maximumItems = 10_000
        /// How many notifications share a `POST` at most.
        var maximumBatch = 100
        /// How many `POST`s are sent again at the same time.
        var maximumRetriesInFlight = 4
    }

    /// The content of one `POST`.
    struct Batch: Sendable, Equatable {
        var id: Int
        var items: [OutboundNotification]
        /// How often it has been sent and has failed.
        var failures = 0
        /// When it was sent first, in milliseconds since 1970.
        var firstSentAt: Int64
    }

    /// What became of an attempt.
    enum Outcome: Sendable, Equatable {
        /// A status from 200 to 299, in time.
        case accepted
        /// Any other status, in time.
        case refused(status: Int)
        /// No answer in time.
        case timedOut
        /// No connection, or one that broke.
        case unreachable
    }

    enum Verdict: Sendable, Equatable {
        case delivered
        case retry(at: Int64)
        /// The last attempt has failed.
        case lost
    }

    enum Step: Sendable, Equatable {
        case send(Batch)
        case wait(until: Int64)
        /// Nothing to do until something is added, or an attempt is finished.
        case idle
    }

    private let settings: Settings
    private var fresh = Deque<OutboundNotification>()
    /// When the fresh ones are due.
    private var freshDue: Int64 = 0
    private var freshInFlight: Int?
    /// Sorted by when they are due.
    private var retries: [(due: Int64, batch: Batch)] = []
    private var inFlight: [Int: Batch] = [:]
    private var lastID = 0
    /// How many notifications wait or are being sent.
    private(set) var count = 0

    init(settings: Settings) {
        self.settings = settings
    }

    /// Adds a notification, unless too many wait already.
    mutating func add(_ item: OutboundNotification, now: Int64) -> Bool {
        guard self.count < self.settings.maximumItems else { return false }
        if self.fresh.isEmpty { self.freshDue = now + self.settings.window }
        self.fresh.append(item)
        self.count += 1
        return true
    }

    /// Takes away what has not been sent yet for this subscription.
    mutating func withdraw(subscription id: String) {
        let before = self.fresh.count
        self.fresh.removeAll { $0.subscriptionID == id }
        self.count -= before - self.fresh.count
    }

    /// Says what to do now. Ask again after each step, until it is not to send.
    mutating func next(now: Int64) -> Step {
        var wake: Int64?
        if self.freshInFlight == nil, !self.fresh.isEmpty {
            guard self.freshDue > now, self.fresh.count < self.settings.maximumBatch else { return .send(self.takeFresh(now)) }
            wake = self.freshDue
        }
        let retriesInFlight = self.inFlight.count - (self.freshInFlight == nil ? 0 : 1)
        if let first = self.retries.first, retriesInFlight < self.settings.maximumRetriesInFlight {
            guard first.due > now else {
                self.retries.removeFirst()
                self.inFlight[first.batch.id] = first.batch
                return .send(first.batch)
            }
            wake = min(wake ?? first.due, first.due)
        }
        return wake.map { .wait(until: $0) } ?? .idle
    }

    /// Reports what became of the attempt with this batch.
    mutating func finished(
        _ id: Int, _ outcome: Outcome, now: Int64, random: inout some RandomNumberGenerator
    ) -> Verdict {
        if self.freshInFlight == id { self.freshInFlight = nil }
        guard var batch = self.inFlight.removeValue(forKey: id) else {
            preconditionFailure("Batch \(id) finished, but is not under way")
        }
        guard outcome != .accepted else {
            self.count -= batch.items.count
            return .delivered
        }
        batch.failures += 1
        let due = now + self.settings.retries.delay(afterAttempts: batch.failures, random: &random)
        guard due - batch.firstSentAt <= self.settings.retries.window.milliseconds else {
            self.count -= batch.items.count
            return .lost
        }
        let place = self.retries.firstIndex { $0.due > due } ?? self.retries.endIndex
        self.retries.insert((due, batch), at: place)
        return .retry(at: due)
    }

    private mutating func takeFresh(_ now: Int64) -> Batch {
        self.lastID += 1
        let items = Array(self.fresh.prefix(self.settings.maximumBatch))
        self.fresh.removeFirst(items.count)
        let batch = Batch(id: self.lastID, items: items, firstSentAt: now)
        self.freshInFlight = batch.id
        self.inFlight[batch.id] = batch
        return batch
    }
}
