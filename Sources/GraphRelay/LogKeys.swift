/// The keys of this module's log metadata.
extension String {
    static let cursor = "tidings.cursor"
    static let count = "tidings.count"
    static let entryID = "tidings.queue.entry"
    static let subscriptionID = "graph.subscription.id"
    static let reason = "tidings.reason"
    static let error = "error"
}
