/// What can be done with an emulator that no application could do with Graph.
public struct EmulatorControl: Sendable {
    let state: EmulatorState

    // MARK: Faults

    /// Lets something go wrong.
    ///
    /// - Returns: The number under which the fault can be removed.
    /// - Throws: ``GraphEmulatorError`` if it could never happen, or there are 1,000 already.
    @discardableResult
    public func set(_ fault: Fault) throws(GraphEmulatorError) -> Int {
        try self.state.change { graph, _ throws(GraphEmulatorError) in try graph.faults.set(fault) }
    }

    /// The faults that are set, under their numbers, in the order in which they were.
    public var faults: [(number: Int, fault: Fault)] {
        self.state.read { graph, _ in
            graph.faults.rules.map { rule in
                var fault = rule.fault
                fault.count = rule.remaining
                return (rule.number, fault)
            }
        }
    }

    /// - Returns: Whether there was one of this number.
    @discardableResult
    public func removeFault(_ number: Int) -> Bool { self.state.change { graph, _ in graph.faults.remove(number) } }

    public func removeAllFaults() { self.state.change { graph, _ in graph.faults.removeAll() } }

    /// Answers the next requests about subscriptions with 429.
    ///
    /// - Parameters:
    ///   - count: How many; `nil`: all until the fault is removed.
    ///   - retryAfter: What they say about when to come again.
    /// - Returns: The number of the fault.
    @discardableResult
    public func throttle(_ count: Int? = 1, retryAfter: Fault.RetryAfter = .seconds(5)) throws(GraphEmulatorError) -> Int {
        try self.set(Fault(.route("/v1.0/subscriptions/**"), .status(429, retryAfter: retryAfter), count: count))
    }

    // MARK: Subscriptions

    /// Removes a subscription as Graph does when its owner lost access: `subscriptionRemoved`, for mail, events, contacts and
    /// messages in Teams.
    public func removeSubscription(_ id: String) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.removeSubscription(id, now: now) }
    }

    /// Says that notifications of a subscription were lost: `missed`, for mail, events and contacts.
    public func missed(_ id: String) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.missed(id, now: now) }
    }

    /// Loses the next notifications of a subscription, and says so: `missed`.
    public func lose(_ id: String, count: Int = 1) throws(GraphEmulatorError) {
        try self.set(Fault(.subscription(id), .missed, count: count))
    }

    /// Asks for a new authorization now: `reauthorizationRequired`, and again every 15 minutes.
    ///
    /// - Parameter isRevoked: Whether the present authorization ends.
    public func requireReauthorization(of id: String, isRevoked: Bool = false) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.requireReauthorization(of: id, isRevoked: isRevoked, now: now) }
    }

    // MARK: Deliveries

    /// The latest deliveries, oldest first.
    ///
    /// - Parameter number: Only those after this one.
    public func deliveries(after number: Int = 0, limit: Int = .max) -> [DeliveryRecord] {
        self.state.read { graph, _ in graph.deliveries.log.records(after: number, limit: limit) }
    }

    /// How many notifications wait for their endpoint or are being sent, and how many wait for an authorization.
    public var waiting: (deliveries: Int, withheld: Int) {
        self.state.read { graph, _ in (graph.deliveries.count, graph.withheld.count) }
    }

    /// The endpoints that answered lately: `normal`, `slow` or `drop`, and since when, in milliseconds since 1970.
    public var endpoints: [(url: String, condition: String, since: Int64)] {
        self.state.read { graph, _ in graph.deliveries.conditions.map { ($0.url, $0.condition.rawValue, $0.since) } }
    }

    // MARK: Time and change

    /// Milliseconds since 1970.
    public var now: Int64 { self.state.clock.now() }

    /// Moves a clock that is moved by hand, and returns when all work of that time is done.
    ///
    /// - Throws: ``GraphEmulatorError`` if the clock goes by itself.
    public func advance(by duration: Duration) async throws(GraphEmulatorError) {
        guard let clock = self.state.clock.stepped else {
            throw GraphEmulatorError(
                .clockNotStepped, "The emulator's clock goes by itself: start it with a stepped clock to move it by hand."
            )
        }
        await clock.advance(by: duration)
    }

    /// Lets things happen at the company: mail comes, is read, is deleted.
    public func act(times: Int = 1) {
        self.state.change { graph, now in
            for _ in 0..<times { graph.act(now: now) }
        }
    }

    /// Signs tokens with a new key from now on; the one before is served for as long as the configuration says.
    ///
    /// - Throws: An error of the cryptography, if no key can be made.
    public func rotateSigningKey() throws { try self.state.rotateSigningKey() }

    /// Begins anew, as if the emulator had just been started: no subscriptions, refresh tokens, faults, deliveries. The keys
    /// stay, and with them access tokens.
    public func reset() { self.state.reset() }

    private func with(
        _ id: String, _ body: (inout EmulatedGraph, Int64) -> Bool
    ) throws(GraphEmulatorError) {
        guard self.state.change(body) else {
            throw GraphEmulatorError(.unknownSubscription, "There is no subscription '\(id)', or its time is up.")
        }
    }
}
