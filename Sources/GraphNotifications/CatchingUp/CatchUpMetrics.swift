public import Metrics

/// What is counted while changes are looked for. No subscription, person or resource is a dimension.
public struct CatchUpMetrics: Sendable {
    let queries: Counter
    let pages: Counter
    let recovered: Counter
    let known: Counter
    let failures: Counter
    let restarts: Counter
    let unavailable: Counter
    let pending: Gauge

    /// - Parameter factory: Where the metrics go; the one of the process if it is not given.
    public init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        self.queries = Counter(label: "tidings.catch_up.queries", factory: factory)
        self.pages = Counter(label: "tidings.catch_up.pages", factory: factory)
        self.recovered = Counter(label: "tidings.catch_up.recovered", factory: factory)
        self.known = Counter(label: "tidings.catch_up.known", factory: factory)
        self.failures = Counter(label: "tidings.catch_up.failures", factory: factory)
        self.restarts = Counter(label: "tidings.catch_up.restarts", factory: factory)
        self.unavailable = Counter(label: "tidings.catch_up.unavailable", factory: factory)
        self.pending = Gauge(label: "tidings.catch_up.pending", factory: factory)
    }
}
