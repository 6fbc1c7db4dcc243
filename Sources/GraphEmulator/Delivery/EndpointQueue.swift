import DequeModule
import HeapModule

/// What waits for one notification URL, and what to do about it. It knows no clock and no socket.
///
/// New notifications go out in the order they came, one `POST` after the other, so that each subscription's first attempts
/// keep their order, except those that were told to wait. A `POST` that fails comes again as it was, on its own schedule,
/// beside the new ones.
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

    /// When a new notification is sent.
    enum Turn: Sendable, Equatable {
        case inOrder
        /// Not before this moment, in milliseconds since 1970.
        case later(Int64)
        /// Behind the next one that comes, or after a second.
        case behindNext
    }

    /// The content of one `POST`.
    struct Batch: Sendable, Equatable {
        var id: Int
        var items: [OutboundNotification]
        /// How often it has been sent and has failed.
        var failures = 0
        /// When it was sent first, in milliseconds since 1970.
        var firstSentAt: Int64
        /// Its place in the log.
        var record: Int?

        /// Whether it tells how fast the endpoint is now.
        var isProbe: Bool { self.failures == 0 && self.items.contains { $0.isProbe } }
    }

    /// What became of an attempt.
    enum Outcome: Sendable, Equatable {
        /// A status from 200 to 299, in time.
        case accepted(status: Int)
        /// Any other status, in time.
        case refused(status: Int)
        /// No answer in time.
        case timedOut
        /// No connection, or one that broke.
        case unreachable

        init(status: Int) {
            self = (200..<300).contains(status) ? .accepted(status: status) : .refused(status: status)
        }

        var isAccepted: Bool {
            if case .accepted = self { true } else { false }
        }
    }

    enum Verdict: Sendable, Equatable {
        case delivered
        case retry(at: Int64)
        /// The last attempt has failed.
        case lost
        /// Nobody remembers it: everything was reset meanwhile.
        case forgotten
    }

    enum Step: Sendable, Equatable {
        case send(Batch)
        case wait(until: Int64)
        /// Nothing to do until something is added, or an attempt is finished.
        case idle
    }

    private struct Delayed: Sendable, Comparable {
        var due: Int64
        var number: Int
        var item: OutboundNotification

        static func == (left: Delayed, right: Delayed) -> Bool { left.number == right.number }
        static func < (left: Delayed, right: Delayed) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    /// How long the last of several that change places waits for another one.
    private static let longestSwap: Int64 = 1000

    private let settings: Settings
    private var fresh = Deque<OutboundNotification>()
    /// When the fresh ones are due.
    private var freshDue: Int64 = 0
    private var freshInFlight: Int?
    /// Those that become fresh at their moment.
    private var delayed = Heap<Delayed>()
    private var lastDelayed = 0
    /// Those that become fresh behind the next one.
    private var swapped: [(due: Int64, item: OutboundNotification)] = []
    /// Sorted by when they are due.
    private var retries: [(due: Int64, batch: Batch)] = []
    private var inFlight: Set<Int> = []
    private var lastID = 0
    /// How many notifications have been sent at least once, and may be again.
    private var itemsSent = 0
    /// How many notifications wait or are being sent.
    private(set) var count = 0

    init(settings: Settings) {
        self.settings = settings
    }

    /// Adds a notification, unless too many wait already.
    mutating func add(_ item: OutboundNotification, _ turn: Turn = .inOrder, now: Int64) -> Bool {
        guard self.count < self.settings.maximumItems else { return false }
        self.count += 1
        switch turn {
        case .later(let due) where due > now:
            self.lastDelayed += 1
            self.delayed.insert(Delayed(due: due, number: self.lastDelayed, item: item))
        case .inOrder, .later:
            self.append(item, at: now)
            for (_, item) in self.swapped { self.append(item, at: now) }
            self.swapped = []
        case .behindNext: self.swapped.append((now + Self.longestSwap, item))
        }
        return true
    }

    /// Takes away what has not been sent yet for this subscription.
    mutating func withdraw(subscription id: String) {
        self.fresh.removeAll { $0.subscriptionID == id }
        self.swapped.removeAll { $0.item.subscriptionID == id }
        self.delayed = Heap(self.delayed.unordered.filter { $0.item.subscriptionID != id })
        // What is under way, or has been, stays.
        self.count = self.fresh.count + self.swapped.count + self.delayed.count + self.itemsSent
    }

    /// When there will be something to do; a moment in the past if there is already, `nil` if nothing without others.
    var nextMoment: Int64? {
        var moments = [self.delayed.min?.due, self.swapped.first?.due]
        if self.freshInFlight == nil, !self.fresh.isEmpty {
            moments.append(self.fresh.count >= self.settings.maximumBatch ? .min : self.freshDue)
        }
        let retriesInFlight = self.inFlight.count - (self.freshInFlight == nil ? 0 : 1)
        if let first = self.retries.first, retriesInFlight < self.settings.maximumRetriesInFlight { moments.append(first.due) }
        return moments.compactMap(\.self).min()
    }

    /// Says what to do now. Ask again after each step, until it is not to send.
    mutating func next(now: Int64) -> Step {
        while let first = self.delayed.min, first.due <= now {
            self.append(first.item, at: first.due)
            self.delayed.removeMin()
        }
        while let first = self.swapped.first, first.due <= now {
            self.append(first.item, at: first.due - self.settings.window)
            self.swapped.removeFirst()
        }
        if self.freshInFlight == nil, !self.fresh.isEmpty,
            self.freshDue <= now || self.fresh.count >= self.settings.maximumBatch
        {
            return .send(self.takeFresh(now))
        }
        guard let moment = self.nextMoment else { return .idle }
        guard moment <= now, let first = self.retries.first else { return .wait(until: moment) }
        self.retries.removeFirst()
        self.inFlight.insert(first.batch.id)
        return .send(first.batch)
    }

    /// Reports what became of the attempt with this batch, whose items come again as they are now.
    mutating func finished(
        _ sent: Batch, _ outcome: Outcome, now: Int64, random: inout some RandomNumberGenerator
    ) -> Verdict {
        guard self.inFlight.remove(sent.id) != nil else {
            preconditionFailure("Batch \(sent.id) finished, but is not under way")
        }
        if self.freshInFlight == sent.id { self.freshInFlight = nil }
        guard !outcome.isAccepted else {
            self.forget(sent)
            return .delivered
        }
        var batch = sent
        batch.failures += 1
        let due = now + self.settings.retries.delay(afterAttempts: batch.failures, random: &random)
        guard due - batch.firstSentAt <= self.settings.retries.window.milliseconds else {
            self.forget(batch)
            return .lost
        }
        let place = self.retries.firstIndex { $0.due > due } ?? self.retries.endIndex
        self.retries.insert((due, batch), at: place)
        return .retry(at: due)
    }

    private mutating func append(_ item: OutboundNotification, at moment: Int64) {
        if self.fresh.isEmpty { self.freshDue = moment + self.settings.window }
        self.fresh.append(item)
    }

    private mutating func forget(_ batch: Batch) {
        self.count -= batch.items.count
        self.itemsSent -= batch.items.count
    }

    private mutating func takeFresh(_ now: Int64) -> Batch {
        self.lastID += 1
        let items = Array(self.fresh.prefix(self.settings.maximumBatch))
        self.fresh.removeFirst(items.count)
        self.itemsSent += items.count
        let batch = Batch(id: self.lastID, items: items, firstSentAt: now)
        self.freshInFlight = batch.id
        self.inFlight.insert(batch.id)
        return batch
    }
}
