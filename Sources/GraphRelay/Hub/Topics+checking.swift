extension Topics {
    /// What a client sent, in its canonical form, each once.
    ///
    /// - Throws: ``RelayError/Code/invalidRequest`` with a sentence for the client.
    static func checked(_ topics: [String], configuration: TopicHubConfiguration) throws(RelayError) -> [String] {
        guard topics.count <= configuration.maximumTopics else {
            throw RelayError(.invalidRequest, "A connection may follow \(configuration.maximumTopics) topics at most.")
        }
        var seen: Set<String> = []
        var result: [String] = []
        for topic in topics {
            guard topic.utf8.count <= configuration.maximumTopicLength else {
                throw RelayError(
                    .invalidRequest, "The name of a topic may have \(configuration.maximumTopicLength) bytes at most."
                )
            }
            guard Self.isValid(topic, maximumLength: configuration.maximumTopicLength) else {
                throw RelayError(.invalidRequest, "The name of a topic may not be empty or hold control characters.")
            }
            let canonical = Self.canonical(topic)
            if seen.insert(canonical).inserted { result.append(canonical) }
        }
        return result
    }
}
