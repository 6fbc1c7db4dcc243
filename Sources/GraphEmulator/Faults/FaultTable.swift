/// The faults that are set. Each has random numbers of its own, so that what it does depends only on how often it was asked.
struct FaultTable: Sendable {
    /// A fault that is set, under its number.
    struct Rule: Sendable {
        let number: Int
        let fault: Fault
        /// How often it still happens.
        var remaining: Int?
        fileprivate let pattern: RoutePattern?
        fileprivate var random: EmulatorRandom
    }

    /// More faults than this are refused.
    static let maximumCount = 1000

    private let random: EmulatorRandom
    private var lastNumber = 0
    private(set) var rules: [Rule] = []

    init(random: EmulatorRandom = EmulatorRandom()) {
        self.random = random
    }

    /// - Returns: The number under which it can be removed.
    mutating func set(_ fault: Fault) throws(GraphEmulatorError) -> Int {
        try fault.validate()
        guard self.rules.count < Self.maximumCount else {
            throw GraphEmulatorError(.invalidFault, "There are \(Self.maximumCount) faults already: remove some first.")
        }
        self.lastNumber += 1
        var pattern: RoutePattern?
        if case .route(let text) = fault.place { pattern = RoutePattern(text) }
        self.rules.append(
            Rule(
                number: self.lastNumber, fault: fault, remaining: fault.count, pattern: pattern,
                random: self.random.derived(0xFA17, self.lastNumber)
            )
        )
        return self.lastNumber
    }

    /// - Returns: Whether there was one of this number.
    mutating func remove(_ number: Int) -> Bool {
        let before = self.rules.count
        self.rules.removeAll { $0.number == number }
        return self.rules.count < before
    }

    mutating func removeAll() { self.rules = [] }

    /// What goes wrong with a request to Graph.
    mutating func effects(method: String, path: some StringProtocol) -> [Fault.Effect] {
        self.take { $0.pattern?.matches(method: method, path: path) ?? false }
    }

    /// What goes wrong with one notification.
    mutating func effects(onItemOf subscription: String, to url: String) -> [Fault.Effect] {
        self.take { $0.fault.concernsItems && $0.fault.isMet(by: [subscription], to: url) }
    }

    /// What goes wrong with a `POST` for these subscriptions.
    mutating func effects(onPostOf subscriptions: some Collection<String>, to url: String) -> [Fault.Effect] {
        self.take { !$0.fault.concernsItems && $0.fault.isMet(by: subscriptions, to: url) }
    }

    private mutating func take(where fits: (Rule) -> Bool) -> [Fault.Effect] {
        guard !self.rules.isEmpty else { return [] }
        var effects: [Fault.Effect] = []
        for index in self.rules.indices where fits(self.rules[index]) && self.rules[index].happens() {
            effects.append(self.rules[index].fault.effect)
        }
        self.rules.removeAll { $0.remaining == 0 }
        return effects
    }
}

extension FaultTable.Rule {
    fileprivate mutating func happens() -> Bool {
        let probability = self.fault.probability
        guard probability >= 1 || Double.random(in: 0..<1, using: &self.random) < probability else { return false }
        self.remaining = self.remaining.map { $0 - 1 }
        return true
    }
}

extension Fault {
    fileprivate func isMet(by subscriptions: some Collection<String>, to url: String) -> Bool {
        switch self.place {
        case .route: false
        case .subscription(let id): subscriptions.contains { $0 == id.lowercased() }
        case .endpoint(let endpoint): EndpointName(of: url) == EndpointName(of: endpoint)
        case .deliveries: true
        }
    }
}
