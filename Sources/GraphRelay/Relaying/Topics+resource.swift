extension Topics {
    /// The topics of a change of `resource` that came by a declared subscription.
    ///
    /// What cannot be the name of a topic is left out; `all` always stands.
    static func topics(of resource: String, subscription name: String) -> [String] {
        var topics = [Self.all]
        if let user = ResourcePath.user(of: resource).map(Self.user), Self.isValid(user) { topics.append(user) }
        let subscription = Self.subscription(name)
        if Self.isValid(subscription) { topics.append(subscription) }
        return topics
    }
}
