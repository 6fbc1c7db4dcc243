public import Metrics

/// What the relay, the broadcaster and the hub `graphUpdates` count.
public struct RelayMetrics: Sendable {
    let updates: Counter
    let duplicates: Counter
    let held: Gauge
    let failures: Counter
    let batches: Timer
    let broadcasts: Counter
    let gaps: Counter
    private let deadLetters: [DeadLetter.Reason: Counter]
    private let otherDeadLetters: Counter

    /// - Parameter factory: Where the metrics go; the one of the process if it is not given.
    public init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        self.updates = Counter(label: "tidings.relay.updates", factory: factory)
        self.duplicates = Counter(label: "tidings.relay.duplicates", factory: factory)
        self.held = Gauge(label: "tidings.relay.held", factory: factory)
        self.failures = Counter(label: "tidings.relay.storage_failures", factory: factory)
        self.batches = Timer(label: "tidings.relay.batch_duration", factory: factory)
        self.broadcasts = Counter(label: "tidings.relay.broadcasts", factory: factory)
        self.gaps = Counter(label: "tidings.hub.gaps", factory: factory)
        let deadLetters = { (reason: String) in
            Counter(label: "tidings.relay.dead_letters", dimensions: [("reason", reason)], factory: factory)
        }
        let reasons: [DeadLetter.Reason] = [
            .malformed, .clientStateMismatch, .unknownSubscription, .holdOverflow, .notAuthentic, .contentNotOpened,
            .attemptsExhausted,
        ]
        self.deadLetters = Dictionary(uniqueKeysWithValues: reasons.map { ($0, deadLetters($0.rawValue)) })
        self.otherDeadLetters = deadLetters("other")
    }

    func count(_ letters: [DeadLetter]) {
        for letter in letters { (self.deadLetters[letter.reason] ?? self.otherDeadLetters).increment() }
    }
}
