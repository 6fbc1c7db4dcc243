/// The queues of all notification URLs. A queue exists only while something is in it.
struct DeliveryTable: Sendable {
    /// A `POST` to be made now.
    struct Parcel: Sendable, Equatable {
        var url: String
        var batch: EndpointQueue.Batch
    }

    private let settings: EndpointQueue.Settings
    private let maximumItems: Int
    private var queues: [String: EndpointQueue] = [:]
    /// How many notifications wait or are being sent.
    private(set) var count = 0
    /// How many notifications found no place since somebody asked.
    private var refused = 0

    /// - Parameter maximumItems: How many notifications wait at most for all URLs together.
    init(settings: EndpointQueue.Settings, maximumItems: Int = 100_000) {
        self.settings = settings
        self.maximumItems = maximumItems
    }

    mutating func add(_ item: OutboundNotification, to url: String, now: Int64) {
        guard self.count < self.maximumItems,
            self.queues[url, default: EndpointQueue(settings: self.settings)].add(item, now: now)
        else {
            self.refused += 1
            return
        }
        self.count += 1
    }

    mutating func withdraw(subscription id: String, url: String) {
        guard var queue = self.queues[url] else { return }
        self.count -= queue.count
        queue.withdraw(subscription: id)
        self.count += queue.count
        self.keep(queue, for: url)
    }

    /// Everything to be sent now, and when to ask again; `nil` if only a change can bring more.
    mutating func due(now: Int64) -> (parcels: [Parcel], wake: Int64?) {
        var parcels: [Parcel] = []
        var wake: Int64?
        for url in self.queues.keys {
            while let step = self.queues[url]?.next(now: now) {
                guard case .send(let batch) = step else {
                    if case .wait(let until) = step { wake = min(wake ?? until, until) }
                    break
                }
                parcels.append(Parcel(url: url, batch: batch))
            }
        }
        return (parcels, wake)
    }

    mutating func finished(
        _ parcel: Parcel, _ outcome: EndpointQueue.Outcome, now: Int64, random: inout some RandomNumberGenerator
    ) -> EndpointQueue.Verdict {
        guard var queue = self.queues[parcel.url] else {
            preconditionFailure("A batch finished for an endpoint that has none under way")
        }
        self.count -= queue.count
        let verdict = queue.finished(parcel.batch.id, outcome, now: now, random: &random)
        self.count += queue.count
        self.keep(queue, for: parcel.url)
        return verdict
    }

    /// How many notifications found no place since this was last asked.
    mutating func takeRefusedCount() -> Int {
        defer { self.refused = 0 }
        return self.refused
    }

    private mutating func keep(_ queue: EndpointQueue, for url: String) {
        self.queues[url] = queue.count == 0 ? nil : queue
    }
}
