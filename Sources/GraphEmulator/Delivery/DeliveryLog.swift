import DequeModule

/// The latest deliveries, for whoever wants to see what became of them. When it is full the oldest go.
struct DeliveryLog: Sendable {
    private static let maximumAttempts = 32

    private let capacity: Int
    private var records = Deque<DeliveryRecord>()
    /// When each record changed last: at which revision.
    private var revisions = Deque<Int>()
    private var lastNumber = 0
    /// How often something has changed.
    private(set) var revision: Int
    /// Where this log begins; what is older belongs to one that was forgotten.
    let firstRevision: Int

    /// - Parameter revision: That of the log before, if this one takes its place.
    init(capacity: Int, revision: Int = 0) {
        self.capacity = max(1, capacity)
        self.revision = revision
        self.firstRevision = revision
    }

    /// Oldest first.
    var all: [DeliveryRecord] { Array(self.records) }

    /// Those after the record of this number, oldest first.
    func records(after number: Int, limit: Int) -> [DeliveryRecord] {
        guard let first = self.records.first else { return [] }
        return Array(self.records.dropFirst(max(0, number - first.number + 1)).prefix(limit))
    }

    /// Those that have changed after this revision, oldest first.
    func records(changedAfter revision: Int) -> [DeliveryRecord] {
        guard revision < self.revision else { return [] }
        return zip(self.records, self.revisions).filter { $0.1 > revision }.map(\.0)
    }

    /// - Returns: The number of the record.
    mutating func begin(_ items: some Collection<OutboundNotification>, to url: String, now: Int64) -> Int {
        self.append(items, to: url, state: .sending, now: now)
    }

    /// Remembers notifications that will never be sent.
    mutating func dropped(_ items: some Collection<OutboundNotification>, for url: String, because reason: String, now: Int64) {
        let number = self.append(items, to: url, state: .dropped, now: now)
        self.change(number) { $0.remark = reason }
    }

    /// It is being sent again.
    mutating func resumed(_ number: Int) {
        self.change(number) { record in
            record.state = .sending
            record.remark = ""
        }
    }

    mutating func attempted(
        _ number: Int, _ outcome: EndpointQueue.Outcome, after latency: Int64, _ verdict: EndpointQueue.Verdict, now: Int64
    ) {
        self.change(number) { record in
            record.attemptCount += 1
            if record.attempts.count >= Self.maximumAttempts { record.attempts.removeFirst() }
            record.attempts.append(
                DeliveryRecord.Attempt(at: now, latency: latency, status: outcome.status, outcome: outcome.name)
            )
            switch verdict {
            case .delivered: record.state = .delivered
            case .retry(let moment):
                record.state = .waiting
                record.remark = "Again at \(GraphDateTime.utc(moment))"
            case .lost, .forgotten: record.state = .lost
            }
        }
    }

    private mutating func append(
        _ items: some Collection<OutboundNotification>, to url: String, state: DeliveryRecord.State, now: Int64
    ) -> Int {
        self.lastNumber += 1
        self.revision += 1
        if self.records.count >= self.capacity {
            self.records.removeFirst()
            self.revisions.removeFirst()
        }
        self.revisions.append(self.revision)
        var subscriptions: [String] = []
        var seen: Set<String> = []
        for item in items where seen.insert(item.subscriptionID).inserted { subscriptions.append(item.subscriptionID) }
        let kinds = Set(items.map(\.kind))
        self.records.append(
            DeliveryRecord(
                number: self.lastNumber, url: url, kind: kinds.count > 1 ? .mixed : kinds == [.lifecycle] ? .lifecycle : .change,
                subscriptions: subscriptions, items: items.count, startedAt: now, state: state
            )
        )
        return self.lastNumber
    }

    /// Does nothing if the record is gone.
    private mutating func change(_ number: Int, _ body: (inout DeliveryRecord) -> Void) {
        guard let first = self.records.first, number >= first.number, number <= self.lastNumber else { return }
        self.revision += 1
        self.revisions[number - first.number] = self.revision
        body(&self.records[number - first.number])
    }
}

extension EndpointQueue.Outcome {
    fileprivate var status: Int? {
        switch self {
        case .accepted(let status), .refused(let status): status
        case .timedOut, .unreachable: nil
        }
    }

    fileprivate var name: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .timedOut: "timedOut"
        case .unreachable: "unreachable"
        }
    }
}
