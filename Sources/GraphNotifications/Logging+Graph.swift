/// The keys of this module's log metadata.
extension String {
    static let count = "tidings.count"
    static let lifecycleEvent = "graph.lifecycle.event"
    static let requestID = "graph.request.id"
    static let status = "http.response.status_code"
    static let subscriptionID = "graph.subscription.id"
    static let subscriptionName = "tidings.subscription"
    static let error = "error"
}
