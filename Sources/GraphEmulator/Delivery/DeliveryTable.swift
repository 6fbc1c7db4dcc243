/// The queues of all notification URLs, and how fast their endpoints are. A queue exists only while something is in it.
///
/// What is due comes in an order that depends only on what was added when, never on how a dictionary is laid out.
struct DeliveryTable: Sendable {
    struct Settings: Sendable {
        var queue = EndpointQueue.Settings()
        /// How many notifications wait at most for all URLs together.
        var maximumItems = 100_000
        /// How many `POST`s are under way at most.
        var maximumInFlight = 256
        /// How many deliveries are remembered.
        var loggedDeliveries = 1000
        /// From where on changes of the log are counted: higher than in any program that ran before.
        var firstRevision = 0
        var slowEndpoints = SlowEndpointPolicy()
        /// How long a receiver may take, and how long when it is tried again.
        var timeout: Duration = .seconds(3)
        var retryTimeout: Duration = .seconds(10)
    }

    /// A `POST` to be made now.
    struct Parcel: Sendable, Equatable {
        var url: String
        var batch: EndpointQueue.Batch
        /// How long the receiver may take.
        var limit: Duration
        /// What goes wrong with it.
        var effects: [Fault.Effect] = []
        fileprivate var epoch: Int
    }

    /// What became of a notification that was added.
    enum Reception: Sendable, Equatable {
        case queued
        /// Too many wait.
        case full
        /// The endpoint is too slow.
        ///
        /// - Parameter isFirst: Whether the subscription loses something for the first time since it is.
        case dropped(isFirst: Bool)
    }

    private struct Watched: Sendable {
        var health: EndpointHealth
        /// Who has lost something since notifications are dropped.
        var losers: Set<String> = []
    }

    /// Of more endpoints than this, those that are fast are forgotten.
    private static let maximumWatched = 20_000

    private let settings: Settings
    private let random: EmulatorRandom
    private var queues: [String: EndpointQueue] = [:]
    /// Which queue has something to do when.
    private var agenda = Agenda<String>()
    private var watched: [EndpointName: Watched] = [:]
    private var epoch = 0
    private(set) var log: DeliveryLog
    /// How many notifications wait or are being sent.
    private(set) var count = 0
    /// How many `POST`s are under way.
    private(set) var inFlight = 0
    /// How many notifications found no place since somebody asked.
    private var refused = 0

    /// - Parameter random: With a seed the waits between attempts are the same each time.
    init(settings: Settings, random: EmulatorRandom = EmulatorRandom()) {
        self.settings = settings
        self.random = random
        self.log = DeliveryLog(capacity: settings.loggedDeliveries, revision: settings.firstRevision)
    }

    /// Adds a notification, unless too many wait or its endpoint is too slow.
    mutating func add(
        _ item: OutboundNotification, to url: String, _ turn: EndpointQueue.Turn = .inOrder, now: Int64
    ) -> Reception {
        var item = item
        var turn = turn
        // Nothing is known of lifecycle notifications to slow endpoints; whoever loses notifications should be told.
        if item.kind == .change, let admission = self.watched[EndpointName(of: url)]?.health.admit(now: now) {
            switch admission {
            case .send: break
            case .probe: item.isProbe = true
            case .delay(let milliseconds): turn = turn.delayed(by: milliseconds, now: now)
            case .drop: return self.drop(item, url, now: now)
            }
        }
        guard self.count < self.settings.maximumItems,
            self.queues[url, default: EndpointQueue(settings: self.settings.queue)].add(item, turn, now: now)
        else {
            self.refused += 1
            self.log.dropped([item], for: url, because: "Too many notifications wait", now: now)
            return .full
        }
        self.count += 1
        self.schedule(url)
        return .queued
    }

    mutating func withdraw(subscription id: String, url: String) {
        guard let before = self.queues[url]?.count else { return }
        self.queues[url]?.withdraw(subscription: id)
        self.count += (self.queues[url]?.count ?? 0) - before
        self.schedule(url)
    }

    /// Everything to be sent now, and when to ask again; `nil` if only a change can bring more.
    mutating func due(now: Int64) -> (parcels: [Parcel], wake: Int64?) {
        var parcels: [Parcel] = []
        while self.inFlight < self.settings.maximumInFlight, let url = self.agenda.pop(by: now) {
            while self.inFlight < self.settings.maximumInFlight, case .send(let batch)? = self.queues[url]?.next(now: now) {
                self.inFlight += 1
                parcels.append(self.parcel(batch, url, now: now))
            }
            self.schedule(url)
        }
        // Whatever is due when too many are under way waits for one of them to finish.
        return (parcels, self.inFlight < self.settings.maximumInFlight ? self.nextMoment : nil)
    }

    /// When there will be something to send.
    var nextMoment: Int64? {
        mutating get { self.agenda.next }
    }

    /// Reports what became of a parcel, whose items come again as they are now.
    ///
    /// - Parameter latency: How many milliseconds its receiver took.
    mutating func finished(
        _ parcel: Parcel, _ outcome: EndpointQueue.Outcome, after latency: Int64 = 0, now: Int64
    ) -> EndpointQueue.Verdict {
        guard parcel.epoch == self.epoch, let before = self.queues[parcel.url]?.count else { return .forgotten }
        let record = parcel.batch.record ?? 0
        var random = self.random.derived(0xDE1A, record << 8 | min(parcel.batch.failures, 255))
        self.inFlight -= 1
        let verdict = self.queues[parcel.url]?.finished(parcel.batch, outcome, now: now, random: &random) ?? .forgotten
        self.count += (self.queues[parcel.url]?.count ?? 0) - before
        self.log.attempted(record, outcome, after: latency, verdict, now: now)
        self.measure(parcel, latency, now: now)
        self.schedule(parcel.url)
        return verdict
    }

    /// Remembers notifications that will never be sent, for a reason that is not known here.
    mutating func dropped(_ item: OutboundNotification, for url: String, because reason: String, now: Int64) {
        self.log.dropped([item], for: url, because: reason, now: now)
    }

    /// How many notifications found no place since this was last asked.
    mutating func takeRefusedCount() -> Int {
        defer { self.refused = 0 }
        return self.refused
    }

    /// The endpoints that answered lately, and how they are treated, in the order of their URLs.
    var conditions: [(url: String, condition: EndpointHealth.Condition, since: Int64)] {
        self.watched.map { (String($0.key.text), $0.value.health.condition, $0.value.health.since) }.sorted { $0.0 < $1.0 }
    }

    /// Forgets everything but the numbers it gives. What is under way then may report; nobody will listen.
    mutating func reset() {
        self.queues = [:]
        self.agenda.removeAll()
        self.watched = [:]
        self.log = DeliveryLog(capacity: self.settings.loggedDeliveries, revision: self.log.revision + 1)
        self.epoch += 1
        self.count = 0
        self.inFlight = 0
        self.refused = 0
    }

    private mutating func parcel(_ taken: EndpointQueue.Batch, _ url: String, now: Int64) -> Parcel {
        var batch = taken
        if let record = batch.record {
            self.log.resumed(record)
        } else {
            batch.record = self.log.begin(batch.items, to: url, now: now)
        }
        // A sample is to tell a slow endpoint from one that must be spared.
        let isPatient = batch.failures > 0 || batch.isProbe
        return Parcel(
            url: url, batch: batch, limit: isPatient ? self.settings.retryTimeout : self.settings.timeout, epoch: self.epoch
        )
    }

    private mutating func drop(_ item: OutboundNotification, _ url: String, now: Int64) -> Reception {
        self.log.dropped([item], for: url, because: "The endpoint is too slow", now: now)
        let isFirst = self.watched[EndpointName(of: url)]?.losers.insert(item.subscriptionID).inserted ?? true
        return .dropped(isFirst: isFirst)
    }

    private mutating func measure(_ parcel: Parcel, _ latency: Int64, now: Int64) {
        let name = EndpointName(of: parcel.url)
        if self.watched[name] == nil {
            if self.watched.count >= Self.maximumWatched {
                self.watched = self.watched.filter { !$0.value.health.isForgettable(at: now) }
            }
            self.watched[name] = Watched(
                health: EndpointHealth(
                    policy: self.settings.slowEndpoints, slowAfter: self.settings.timeout, dropAfter: self.settings.retryTimeout
                )
            )
        }
        guard self.watched[name]?.health.answered(after: latency, isProbe: parcel.batch.isProbe, now: now) == true else { return }
        if self.watched[name]?.health.condition != .drop { self.watched[name]?.losers = [] }
    }

    /// Writes down when the queue has something to do; an empty one is forgotten.
    private mutating func schedule(_ url: String) {
        if self.queues[url]?.count == 0 { self.queues[url] = nil }
        if let moment = self.queues[url]?.nextMoment {
            self.agenda.set(url, at: moment)
        } else {
            self.agenda.remove(url)
        }
    }
}

extension EndpointQueue.Turn {
    fileprivate func delayed(by milliseconds: Int64, now: Int64) -> EndpointQueue.Turn {
        guard case .later(let moment) = self else { return .later(now + milliseconds) }
        return .later(max(now, moment) + milliseconds)
    }
}
