/// Which deliveries somebody wants to see.
struct DeliveryFilter: Sendable, Equatable {
    static let parameters = ["subscription", "url", "outcome", "after", "limit"]
    static let outcomes = ["sending", "waiting", "delivered", "lost", "dropped"]

    var subscription: String?
    var url: String?
    var outcome: DeliveryRecord.State?
    /// Those with a higher number only.
    var after: Int?
    var limit = 100

    init() {}

    init(_ query: [String: String]) throws(AdminRefusal) {
        for name in query.keys.sorted() where !Self.parameters.contains(name) {
            throw .unknown(name, what: "parameter", among: Self.parameters)
        }
        self.subscription = query["subscription"]?.lowercased()
        self.url = query["url"]
        if let word = query["outcome"] {
            guard let outcome = DeliveryRecord.State(rawValue: word) else {
                throw .unknown(word, what: "outcome", among: Self.outcomes)
            }
            self.outcome = outcome
        }
        if let text = query["after"] {
            guard let number = Int(text), number >= 0 else {
                throw AdminRefusal("'after' must be the number of a delivery.")
            }
            self.after = number
        }
        if let text = query["limit"] {
            guard let limit = Int(text), (1...1000).contains(limit) else {
                throw AdminRefusal("'limit' must be a number from 1 to 1000.")
            }
            self.limit = limit
        }
    }

    func matches(_ record: DeliveryRecord) -> Bool {
        (self.subscription.map { record.subscriptions.contains($0) } ?? true)
            && (self.url.map { EndpointName(of: record.url) == EndpointName(of: $0) } ?? true)
            && (self.outcome.map { record.state == $0 } ?? true) && record.number > self.after ?? 0
    }

    /// The first ones after a number, or else the latest, oldest first.
    func page(of records: [DeliveryRecord]) -> [DeliveryRecord] {
        let fitting = records.filter { self.matches($0) }
        return Array(self.after == nil ? fitting.suffix(self.limit) : fitting.prefix(self.limit))
    }
}
