/// A fault as the admin side and the file of the state write it: one flat object.
struct FaultDescription: AdminInput, Codable, Equatable {
    static let members = [
        "route", "subscription", "endpoint", "effect", "status", "retryAfter", "retryAfterStyle", "duration", "flaw",
        "probability", "count",
    ]

    /// Where: a method and a path of Graph, the id of a subscription, or a URL that is notified; whatever is sent, if none of
    /// them is given.
    var route: String?
    var subscription: String?
    var endpoint: String?
    var effect: String
    var status: Int?
    /// In seconds.
    var retryAfter: Double?
    var retryAfterStyle: String?
    var duration: AdminDuration?
    var flaw: String?
    var probability: Double?
    var count: Int?

    init(_ fault: Fault) {
        self.effect = fault.effect.name
        self.probability = fault.probability == 1 ? nil : fault.probability
        self.count = fault.count
        switch fault.place {
        case .route(let pattern): self.route = pattern
        case .subscription(let id): self.subscription = id
        case .endpoint(let url): self.endpoint = url
        case .deliveries: break
        }
        switch fault.effect {
        case .status(let status, let retryAfter), .doneButStatus(let status, let retryAfter):
            self.status = status
            self.set(retryAfter)
        case .delay(let duration), .slowAnswer(let duration): self.duration = AdminDuration(duration)
        case .content(let flaw): self.flaw = flaw.rawValue
        case .tokens(let flaw): self.flaw = flaw.rawValue
        case .timeout, .drop, .duplicate, .reorder, .missed, .removal: break
        }
    }

    /// What it describes. Whether it could ever happen is asked by whoever sets it.
    func fault() throws(AdminRefusal) -> Fault {
        Fault(try self.place(), try self.readEffect(), probability: self.probability ?? 1, count: self.count)
    }

    func json(number: Int) -> JSONObject {
        var object = JSONObject()
        object.set("id", number)
        if let route { object.set("route", route) }
        if let subscription { object.set("subscription", subscription) }
        if let endpoint { object.set("endpoint", endpoint) }
        object.set("effect", self.effect)
        if let status { object.set("status", status) }
        if let retryAfter { object.set("retryAfter", retryAfter) }
        if let retryAfterStyle { object.set("retryAfterStyle", retryAfterStyle) }
        if let duration { object.set("duration", Double(duration.duration.milliseconds) / 1000) }
        if let flaw { object.set("flaw", flaw) }
        if let probability { object.set("probability", probability) }
        if let count { object.set("count", count) }
        return object
    }

    private mutating func set(_ retryAfter: Fault.RetryAfter) {
        switch retryAfter {
        case .none: break
        case .seconds(let seconds): self.retryAfter = Double(seconds)
        case .decimal(let seconds):
            self.retryAfter = seconds
            self.retryAfterStyle = "decimal"
        case .date(let seconds):
            self.retryAfter = Double(seconds)
            self.retryAfterStyle = "date"
        }
    }

    private func place() throws(AdminRefusal) -> Fault.Place {
        let places = [
            self.route.map { Fault.Place.route($0) }, self.subscription.map { .subscription($0) },
            self.endpoint.map { .endpoint($0) },
        ].compactMap(\.self)
        guard places.count <= 1 else {
            throw AdminRefusal("A fault has one place: 'route', 'subscription' or 'endpoint'.")
        }
        return places.first ?? .deliveries
    }

    private func readEffect() throws(AdminRefusal) -> Fault.Effect {
        let effect = try self.effectOfName()
        // What would be of no consequence was meant otherwise.
        for (name, isGiven, effects) in [
            ("status", self.status != nil, ["status", "doneButStatus"]),
            ("retryAfter", self.retryAfter != nil, ["status", "doneButStatus"]),
            ("retryAfterStyle", self.retryAfterStyle != nil, ["status", "doneButStatus"]),
            ("duration", self.duration != nil, ["delay", "slowAnswer"]), ("flaw", self.flaw != nil, ["content", "tokens"]),
        ] where isGiven && !effects.contains(self.effect) {
            throw AdminRefusal("'\(name)' is for the effects \(effects.joined(separator: " and ")) only.")
        }
        return effect
    }

    private func effectOfName() throws(AdminRefusal) -> Fault.Effect {
        switch self.effect {
        case "status": return .status(try self.needed(self.status, "status"), retryAfter: try self.hint())
        case "doneButStatus": return .doneButStatus(try self.needed(self.status, "status"), retryAfter: try self.hint())
        case "delay": return .delay(try self.needed(self.duration, "duration").duration)
        case "slowAnswer": return .slowAnswer(try self.needed(self.duration, "duration").duration)
        case "content": return .content(try self.flaw(Fault.ContentFlaw.self))
        case "tokens": return .tokens(try self.flaw(Fault.TokenFlaw.self))
        case "timeout": return .timeout
        case "drop": return .drop
        case "duplicate": return .duplicate
        case "reorder": return .reorder
        case "missed": return .missed
        case "removal": return .removal
        default: throw .unknown(self.effect, what: "effect", among: Fault.Effect.names)
        }
    }

    private func needed<Value>(_ value: Value?, _ name: String) throws(AdminRefusal) -> Value {
        guard let value else { throw AdminRefusal("The effect '\(self.effect)' needs '\(name)'.") }
        return value
    }

    private func flaw<Flaw: RawRepresentable<String> & CaseIterable>(_: Flaw.Type) throws(AdminRefusal) -> Flaw {
        let name = try self.needed(self.flaw, "flaw")
        guard let flaw = Flaw(rawValue: name) else {
            throw .unknown(name, what: "flaw", among: Flaw.allCases.map(\.rawValue))
        }
        return flaw
    }

    private func hint() throws(AdminRefusal) -> Fault.RetryAfter {
        try Fault.RetryAfter(seconds: self.retryAfter, style: self.retryAfterStyle)
    }
}

extension Fault.RetryAfter {
    static let styles = ["seconds", "decimal", "date"]

    /// - Parameters:
    ///   - seconds: `nil` says nothing about when to come again.
    ///   - style: How it is written; `seconds` if it is not given.
    init(seconds: Double?, style: String?) throws(AdminRefusal) {
        guard let seconds else {
            guard style == nil else { throw AdminRefusal("'retryAfterStyle' needs 'retryAfter'.") }
            self = .none
            return
        }
        guard (0...1_000_000).contains(seconds) else {
            throw AdminRefusal("'retryAfter' must be a number of seconds from 0 to 1000000.")
        }
        switch style ?? "seconds" {
        case "seconds": self = .seconds(Int(seconds.rounded(.up)))
        case "decimal": self = .decimal(seconds)
        case "date": self = .date(Int(seconds.rounded(.up)))
        default: throw .unknown(style ?? "", what: "style", among: Self.styles)
        }
    }
}

extension Fault.Effect {
    static let names = [
        "status", "delay", "timeout", "drop", "doneButStatus", "slowAnswer", "duplicate", "reorder", "missed", "removal",
        "content", "tokens",
    ]

    fileprivate var name: String {
        switch self {
        case .status: "status"
        case .delay: "delay"
        case .timeout: "timeout"
        case .drop: "drop"
        case .doneButStatus: "doneButStatus"
        case .slowAnswer: "slowAnswer"
        case .duplicate: "duplicate"
        case .reorder: "reorder"
        case .missed: "missed"
        case .removal: "removal"
        case .content: "content"
        case .tokens: "tokens"
        }
    }
}
