public import Metrics

/// What is counted while objects are fetched. No subscription, person or resource is a dimension.
public struct FetchMetrics: Sendable {
    private let outcomes: [String: Counter]
    let duration: Metrics.Timer
    let pauses: Counter

    /// - Parameter factory: Where the metrics go; the one of the process if it is not given.
    public init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        let outcomes = [nil] + [FetchOutcome.notFound, .throttled, .refused, .unavailable].map(\.missing)
        self.outcomes = Dictionary(
            uniqueKeysWithValues: outcomes.map { outcome in
                let name = outcome ?? "found"
                return (name, Counter(label: "tidings.fetch.objects", dimensions: [("outcome", name)], factory: factory))
            }
        )
        self.duration = Timer(label: "tidings.fetch.duration", factory: factory)
        self.pauses = Counter(label: "tidings.fetch.pauses", factory: factory)
    }

    func count(_ outcome: FetchOutcome) {
        self.outcomes[outcome.missing ?? "found"]?.increment()
    }
}
