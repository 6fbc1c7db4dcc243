/// The limits of the hub `graphUpdates`.
public struct TopicHubConfiguration: Sendable {
    /// How many topics a connection may follow. 100.
    public var maximumTopics: Int
    /// How long a topic's name may be, in bytes of UTF-8. 256.
    public var maximumTopicLength: Int
    /// How many updates stand in an answer, or are read from the log at a time. 500.
    public var pageSize: Int
    /// How many bytes of updates stand in an answer or in one `graphUpdates`. 512 KiB.
    public var pageBytes: Int
    /// How long to wait before the log is asked again after it failed. One second.
    public var retryDelay: Duration

    public init(
        maximumTopics: Int = 100, maximumTopicLength: Int = 256, pageSize: Int = 500, pageBytes: Int = 512 << 10,
        retryDelay: Duration = .seconds(1)
    ) {
        self.maximumTopics = maximumTopics
        self.maximumTopicLength = maximumTopicLength
        self.pageSize = pageSize
        self.pageBytes = pageBytes
        self.retryDelay = retryDelay
    }
}
