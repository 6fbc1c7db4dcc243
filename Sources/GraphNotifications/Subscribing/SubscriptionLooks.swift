import Synchronization

/// Looks at the list of all subscriptions of an account. What one look has seen serves all who want to know of that time: a
/// list of thousands is a hundred requests, and thousands may want to know after an outage.
final class SubscriptionLooks: Sendable {
    /// The ids of what sends to us.
    private typealias Twins = [RequestedCombination: [String]]

    /// One look: what it saw, or who waits for that.
    private final class Look: Sendable {
        enum State {
            case underWay([CheckedContinuation<Result<Twins, GraphError>, Never>])
            case over(Result<Twins, GraphError>)
        }

        let begunAt: Int64
        let state = Mutex(State.underWay([]))

        init(begunAt: Int64) { self.begunAt = begunAt }

        var twins: Twins {
            get async throws(GraphError) {
                let result = await withCheckedContinuation { continuation in
                    let result = self.state.withLock { state -> Result<Twins, GraphError>? in
                        switch state {
                        case .over(let result): return result
                        case .underWay(let waiters):
                            state = .underWay(waiters + [continuation])
                            return nil
                        }
                    }
                    if let result { continuation.resume(returning: result) }
                }
                return try result.get()
            }
        }

        func end(_ result: Result<Twins, GraphError>) {
            let waiters = self.state.withLock { state in
                defer { state = .over(result) }
                if case .underWay(let waiters) = state { return waiters }
                return []
            }
            for waiter in waiters { waiter.resume(returning: result) }
        }
    }

    private let notificationURL: String
    private let now: @Sendable () -> Int64
    private let list: @Sendable () async throws(GraphError) -> [GraphSubscription]
    /// The last look that has not failed.
    private let last = Mutex<Look?>(nil)

    /// - Parameters:
    ///   - notificationURL: Where those send to that are of interest.
    ///   - now: Milliseconds since 1970.
    ///   - list: Asks Graph.
    init(
        notificationURL: String, now: @escaping @Sendable () -> Int64,
        list: @escaping @Sendable () async throws(GraphError) -> [GraphSubscription]
    ) {
        self.notificationURL = notificationURL
        self.now = now
        self.list = list
    }

    /// All that there are now.
    func look() async throws(GraphError) -> [GraphSubscription] {
        let look = Look(begunAt: self.now())
        self.last.withLock { $0 = look }
        return try await self.perform(look)
    }

    /// The ids of those that are the same as `record` for Graph, and send to us.
    ///
    /// - Parameter since: What was there at this moment is seen for certain, in milliseconds since 1970.
    func twins(of record: SubscriptionRecord, since: Int64) async throws(GraphError) -> [String] {
        let (look, isOurs) = self.last.withLock { last in
            if let last, last.begunAt > since { return (last, false) }
            let look = Look(begunAt: self.now())
            last = look
            return (look, true)
        }
        if isOurs { _ = try await self.perform(look) }
        return try await look.twins[record.combination] ?? []
    }

    private func perform(_ look: Look) async throws(GraphError) -> [GraphSubscription] {
        do throws(GraphError) {
            let listed = try await self.list()
            var twins: Twins = [:]
            for subscription in listed where subscription.notificationURL == self.notificationURL {
                twins[subscription.combination, default: []].append(subscription.id)
            }
            look.end(.success(twins))
            return listed
        } catch {
            // Whoever comes later may have better luck.
            self.last.withLock { last in if last === look { last = nil } }
            look.end(.failure(error))
            throw error
        }
    }
}
