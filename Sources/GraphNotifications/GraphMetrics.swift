public import Metrics

/// What the webhook and the subscriptions count. No subscription, person or resource is a dimension.
public struct GraphMetrics: Sendable {
    let accepted: Counter
    let forged: Counter
    let empty: Counter
    let refused: Counter
    let notStored: Counter
    let handshakes: Counter
    let subscriptions: Gauge
    let creations: Counter
    let renewals: Counter
    let reauthorizations: Counter
    let renewalBatches: Counter
    let deletions: Counter
    let adoptions: Counter
    let disappearances: Counter
    let drifts: Counter
    let orphans: Gauge
    let losses: [PossibleLoss.Reason: Counter]
    let failures: Counter
    let lifecycleEvents: Counter
    let missed: Counter
    let dropped: Counter
    let contentsOpened: Counter
    let contentsRefused: Counter

    /// - Parameter factory: Where the metrics go; the one of the process if it is not given.
    public init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        let posts = { (outcome: String) in
            Counter(label: "tidings.webhook.posts", dimensions: [("outcome", outcome)], factory: factory)
        }
        self.accepted = posts("accepted")
        self.forged = posts("forged")
        self.empty = posts("empty")
        self.refused = posts("refused")
        self.notStored = posts("not_stored")
        self.handshakes = posts("handshake")
        self.subscriptions = Gauge(label: "tidings.subscriptions.active", factory: factory)
        self.creations = Counter(label: "tidings.subscriptions.created", factory: factory)
        self.renewals = Counter(label: "tidings.subscriptions.renewed", factory: factory)
        self.reauthorizations = Counter(label: "tidings.subscriptions.reauthorized", factory: factory)
        self.renewalBatches = Counter(label: "tidings.subscriptions.renewal_batches", factory: factory)
        self.deletions = Counter(label: "tidings.subscriptions.deleted", factory: factory)
        self.adoptions = Counter(label: "tidings.subscriptions.adopted", factory: factory)
        self.disappearances = Counter(label: "tidings.subscriptions.disappeared", factory: factory)
        self.drifts = Counter(label: "tidings.subscriptions.drifted", factory: factory)
        self.orphans = Gauge(label: "tidings.subscriptions.orphans", factory: factory)
        self.losses = Dictionary(
            uniqueKeysWithValues: PossibleLoss.Reason.allCases.map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (reason, Counter(label: "tidings.subscriptions.losses", dimensions: dimensions, factory: factory))
            }
        )
        self.failures = Counter(label: "tidings.subscriptions.failures", factory: factory)
        self.lifecycleEvents = Counter(label: "tidings.subscriptions.lifecycle_events", factory: factory)
        self.missed = Counter(label: "tidings.subscriptions.missed", factory: factory)
        self.dropped = Counter(label: "tidings.webhook.dropped", factory: factory)
        self.contentsOpened = Counter(
            label: "tidings.notifications.contents", dimensions: [("outcome", "opened")], factory: factory
        )
        self.contentsRefused = Counter(
            label: "tidings.notifications.contents", dimensions: [("outcome", "refused")], factory: factory
        )
    }
}
