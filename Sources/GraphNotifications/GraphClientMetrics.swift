public import Metrics

/// What is counted of the requests to Graph. No tenant, resource or person is a dimension.
public struct GraphClientMetrics: Sendable {
    private let requests: [String: Counter]
    private let retries: [FailureClass: Counter]
    let refusedTokens: Counter
    let suspensions: Counter
    let waits: Metrics.Timer

    /// - Parameter factory: Where the metrics go; the one of the process if it is not given.
    public init(factory: (any MetricsFactory)? = nil) {
        let factory = factory ?? MetricsSystem.factory
        var requests: [String: Counter] = [:]
        for operation in GraphOperation.allCases {
            for outcome in ["ok", "suspended"] + FailureClass.allCases.map(\.rawValue) {
                requests[Self.key(operation, outcome)] = Counter(
                    label: "tidings.graph.requests",
                    dimensions: [("operation", operation.rawValue), ("outcome", outcome)], factory: factory
                )
            }
        }
        self.requests = requests
        self.retries = Dictionary(
            uniqueKeysWithValues: FailureClass.allCases.map { kind in
                let dimensions = [("class", kind.rawValue)]
                return (kind, Counter(label: "tidings.graph.retries", dimensions: dimensions, factory: factory))
            }
        )
        self.refusedTokens = Counter(label: "tidings.graph.refused_tokens", factory: factory)
        self.suspensions = Counter(label: "tidings.graph.suspensions", factory: factory)
        self.waits = Timer(label: "tidings.graph.waits", factory: factory)
    }

    private static func key(_ operation: GraphOperation, _ outcome: String) -> String {
        "\(operation.rawValue) \(outcome)"
    }

    func request(_ operation: GraphOperation, _ outcome: String) {
        self.requests[Self.key(operation, outcome)]?.increment()
    }

    func retry(_ kind: FailureClass) {
        self.retries[kind]?.increment()
    }
}
