public import SignalR

/// Which topics a caller may follow.
///
/// Where nobody signs in, or to the administrator, everything is open. Everybody else may follow `user/{own id}`, and what
/// the rules add.
public struct TopicPolicy: Sendable {
    /// Opens topics to callers with a certain claim.
    public struct Rule: Sendable, Equatable {
        /// The claim that a caller must have; `nil` for every caller who signed in.
        public var claim: String?
        /// The value it must have; `nil` for any.
        public var value: String?
        /// The topics. One that ends in `*` stands for all that begin so.
        public var topics: [String]

        public init(claim: String? = nil, value: String? = nil, topics: [String]) {
            self.claim = claim
            self.value = value
            self.topics = topics
        }

        func applies(to user: HubUser) -> Bool {
            guard let claim = self.claim else { return true }
            guard let actual = user.claims[claim] else { return false }
            return self.value == nil || self.value == actual
        }
    }

    private let isOpen: Bool
    private let isAdministrator: @Sendable (HubUser) -> Bool
    private let rules: [Rule]

    private init(isOpen: Bool, isAdministrator: @escaping @Sendable (HubUser) -> Bool, rules: [Rule]) {
        self.isOpen = isOpen
        self.isAdministrator = isAdministrator
        self.rules = rules
    }

    /// Everybody may follow everything: for a server on the loopback interface, where nobody signs in.
    public static let open = TopicPolicy(isOpen: true, isAdministrator: { _ in false }, rules: [])

    /// Callers sign in, and may follow what is their own and what the rules say.
    ///
    /// - Parameters:
    ///   - rules: What else is open, and to whom.
    ///   - isAdministrator: Who may follow everything.
    public static func signedIn(
        rules: [Rule] = [], isAdministrator: @escaping @Sendable (HubUser) -> Bool = { _ in false }
    ) -> TopicPolicy {
        TopicPolicy(isOpen: false, isAdministrator: isAdministrator, rules: rules)
    }

    /// What `user` may follow, as patterns; `*` for everything.
    public func patterns(for user: HubUser?) -> [String] {
        if self.isOpen { return ["*"] }
        guard let user else { return [] }
        if self.isAdministrator(user) { return ["*"] }
        // As a pattern, what belongs to a user whose id ends in `*` would stand for what belongs to others.
        let own = user.id.hasSuffix("*") ? [] : [Topics.user(user.id)]
        return own + self.rules.filter { $0.applies(to: user) }.flatMap(\.topics)
    }

    /// Whether `user` may follow a topic, which is in its canonical form.
    public func allows(_ topic: String, to user: HubUser?) -> Bool {
        self.patterns(for: user).contains { Self.matches(topic, $0) }
    }

    /// Whether a topic is what a pattern stands for.
    static func matches(_ topic: String, _ pattern: String) -> Bool {
        let pattern = Topics.canonical(pattern)
        return pattern.hasSuffix("*") ? topic.hasPrefix(pattern.dropLast()) : topic == pattern
    }
}
