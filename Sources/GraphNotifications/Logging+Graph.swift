/// The keys of this module's log metadata.
extension String {
    static let attempt = "graph.request.attempt"
    static let clientRequestID = "graph.client_request.id"
    static let count = "tidings.count"
    static let failureClass = "tidings.failure.class"
    static let found = "tidings.catch_up.found"
    static let lifecycleEvent = "graph.lifecycle.event"
    static let lossReason = "tidings.loss.reason"
    static let operation = "graph.operation"
    static let pause = "tidings.pause_ms"
    static let recovered = "tidings.catch_up.recovered"
    static let requestID = "graph.request.id"
    static let status = "http.response.status_code"
    static let subscriptionID = "graph.subscription.id"
    static let subscriptionName = "tidings.subscription"
    static let tenantID = "graph.tenant.id"
    static let error = "error"
}
