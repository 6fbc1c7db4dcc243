public import NIOCore
public import SignalR

/// What was missed, over plain HTTP: pages of the log, and the log as a stream of server-sent events.
///
/// It knows no HTTP framework. It promises the same as ``TopicHub``: in order, nothing left out, or a gap that is said.
///
/// ```swift
/// router.get("/updates") { request, _ in
///     let page = try await reader.page(topics: topics, after: request.uri.queryParameters.get("after"), for: user)
///     return Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: page))
/// }
/// ```
public struct UpdateReader: Sendable {
    /// How many pages of the log one answer may look through for the few updates of its topics.
    static let maximumReads = 20

    private let log: any UpdateLog
    private let policy: TopicPolicy
    private let configuration: TopicHubConfiguration

    /// - Parameters:
    ///   - log: The log to read.
    ///   - policy: Which topics a caller may read.
    ///   - configuration: The limits, which are those of the hub.
    public init(log: any UpdateLog, policy: TopicPolicy, configuration: TopicHubConfiguration = .init()) {
        self.log = log
        self.policy = policy
        self.configuration = configuration
    }

    // MARK: - Pages

    /// The first page of what came after a cursor: `{ cursor, gap, oldest, updates }`, as `Subscribe` answers.
    ///
    /// It holds 500 updates or 512 KiB at most, unless configured otherwise; the next page comes after its `cursor`, which may
    /// have moved on although `updates` is empty.
    ///
    /// - Parameters:
    ///   - topics: What to read; `all` if it is empty.
    ///   - after: The text of a cursor; `nil` to learn only where the log is now.
    ///   - user: Who asks.
    /// - Throws: ``RelayError/Code/forbidden`` for a topic that the caller may not read, ``RelayError/Code/invalidRequest`` for
    ///   what is no topic or no cursor, ``RelayError/Code/storageFailed`` when the log cannot be read.
    public func page(topics: [String], after: String?, for user: HubUser?) async throws(RelayError) -> ByteBuffer {
        let topics = Set(try self.allowed(topics, to: user))
        let cursor = try after.map { text throws(RelayError) in try Cursor(checking: text) }
        let bounds = try await self.log.bounds()
        let end = SubscribeAnswer(
            cursor: self.cursor(bounds.latest), hasGap: false, oldest: self.cursor(bounds.beforeOldest), updates: []
        )
        guard let cursor else { return end.json() }
        var gap = end
        gap.hasGap = true
        guard cursor.epoch == self.log.epoch, bounds.reaches(backTo: cursor.offset) else { return gap.json() }
        var answer = end
        answer.cursor = cursor
        guard try await self.fill(&answer, with: topics, through: bounds.latest) else { return gap.json() }
        return answer.json()
    }

    /// Adds what follows the answer's cursor, and moves the cursor behind it.
    ///
    /// - Returns: `false` if it went out of the log before it could be read.
    private func fill(
        _ answer: inout SubscribeAnswer, with topics: Set<String>, through latest: Int64
    ) async throws(RelayError) -> Bool {
        var size = 0
        for _ in 0..<Self.maximumReads where answer.cursor.offset < latest {
            let page = try await self.log.updates(after: answer.cursor.offset, limit: self.configuration.pageSize)
            guard page.first?.offset == answer.cursor.offset + 1 else { return !answer.updates.isEmpty }
            for update in page {
                if update.topics.contains(where: { topics.contains($0) }) {
                    size += update.json.readableBytes
                    guard answer.updates.isEmpty || size <= self.configuration.pageBytes else { return true }
                    answer.updates.append(update)
                }
                answer.cursor.offset = update.offset
                if answer.updates.count == self.configuration.pageSize { return true }
            }
        }
        return true
    }

    // MARK: - Streams

    /// What came after a cursor and what comes from now on, as the bytes of a `text/event-stream`.
    ///
    /// Each update is an event `graphUpdate` whose `id:` is its cursor, so that a browser that reconnects says by
    /// `Last-Event-ID` where to go on. When the log no longer holds what comes next there is an event `gap` with
    /// `{ topics, oldest, reason }`: reload; the stream goes on behind its `id:`. Every 15 seconds without anything else
    /// there is a comment. The log is read as fast as the bytes are taken, and read again when it fails. The stream ends when
    /// its task is cancelled or the program shuts down.
    ///
    /// - Parameters:
    ///   - topics: What to read; `all` if it is empty.
    ///   - after: The text of a cursor; `nil` to begin now.
    ///   - user: Who asks.
    /// - Throws: ``RelayError/Code/forbidden`` or ``RelayError/Code/invalidRequest``, as ``page(topics:after:for:)``.
    public func events(
        topics: [String], after: String?, for user: HubUser?
    ) throws(RelayError) -> some AsyncSequence<ByteBuffer, Never> & Sendable {
        try self.events(topics: topics, after: after, for: user, clock: ContinuousClock())
    }

    func events<C: Clock>(
        topics: [String], after: String?, for user: HubUser?, clock: C
    ) throws(RelayError) -> UpdateEvents<C> where C.Duration == Duration {
        UpdateEvents(
            log: self.log, topics: Set(try self.allowed(topics, to: user)),
            after: try after.map { text throws(RelayError) in try Cursor(checking: text) },
            configuration: self.configuration, clock: clock
        )
    }

    // MARK: - Checks

    private func allowed(_ topics: [String], to user: HubUser?) throws(RelayError) -> [String] {
        let topics = topics.isEmpty ? [Topics.all] : try Topics.checked(topics, configuration: self.configuration)
        if let refused = topics.first(where: { !self.policy.allows($0, to: user) }) {
            throw RelayError(.forbidden, "You may not follow the topic \(refused).")
        }
        return topics
    }

    private func cursor(_ offset: Int64) -> Cursor { Cursor(epoch: self.log.epoch, offset: offset) }
}
