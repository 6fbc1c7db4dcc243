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
        try self.set(Fault(Self.throttled, .status(429, retryAfter: retryAfter), count: count))
    }

    /// Removes all faults that answer requests about subscriptions with 429.
    public func endThrottling() {
        for (number, fault) in self.faults where fault.place == Self.throttled {
            if case .status(429, _) = fault.effect { self.removeFault(number) }
        }
    }

    private static let throttled = Fault.Place.route("/v1.0/subscriptions/**")

    // MARK: Subscriptions

    /// Removes a subscription as Graph does when its owner lost access: `subscriptionRemoved`, for mail, events, contacts and
    /// messages in Teams.
    public func removeSubscription(_ id: String) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.removeSubscription(id, now: now) }
    }

    /// Lets a subscription be gone without a word, as after an accident at Graph: only who asks for it learns that it is.
    public func forgetSubscription(_ id: String) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in
            guard let subscription = graph.subscriptions.subscription(id: id, now: now) else { return false }
            graph.forget(subscription, now: now)
            return true
        }
    }

    /// The ids of the subscriptions there are, of all tenants.
    public var subscriptionIDs: Set<String> {
        self.state.read { graph, now in Set(graph.subscriptions.live(at: now).map(\.id)) }
    }

    /// Says that notifications of a subscription were lost: `missed`, for mail, events and contacts.
    public func missed(_ id: String) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.missed(id, now: now) }
    }

    /// Loses the next notifications of a subscription, and says so: `missed`.
    ///
    /// - Returns: The number of the fault that does it.
    @discardableResult
    public func lose(_ id: String, count: Int = 1) throws(GraphEmulatorError) -> Int {
        try self.set(Fault(.subscription(id), .missed, count: count))
    }

    /// Asks for a new authorization now: `reauthorizationRequired`, and again every 15 minutes.
    ///
    /// - Parameter isRevoked: Whether the present authorization ends.
    public func requireReauthorization(of id: String, isRevoked: Bool = false) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in graph.requireReauthorization(of: id, isRevoked: isRevoked, now: now) }
    }

    /// Lets the authorization of a subscription end so long from now, whatever its token says.
    public func endAuthorization(of id: String, in duration: Duration = .zero) throws(GraphEmulatorError) {
        try self.with(id) { graph, now in
            graph.endAuthorization(of: id, at: now + max(0, duration.milliseconds), now: now)
        }
    }

    // MARK: Tenants

    /// The tenants as they are now, with the permissions that applications have. Secrets are among it.
    public var tenants: [EmulatedTenant] { self.state.read { graph, _ in graph.tenants } }

    /// Gives an application a permission, which its next token has.
    ///
    /// - Parameters:
    ///   - permission: For example `Mail.Read`.
    ///   - application: Its id or name.
    ///   - tenant: Its id or name; the first one in which there is such an application, if it is not given.
    ///   - isDelegated: Whether it is for what the application does for users.
    /// - Returns: The tenant's id, and the application as it is now.
    /// - Throws: ``GraphEmulatorError`` if one of the names is not known.
    @discardableResult
    public func grant(
        _ permission: String, to application: String, in tenant: String? = nil, isDelegated: Bool = false
    ) throws(GraphEmulatorError) -> (tenantID: String, application: EmulatedApplication) {
        try self.state.change { graph, now throws(GraphEmulatorError) in
            try graph.setPermission(
                permission, isGranted: true, isDelegated: isDelegated, to: application, in: tenant, now: now
            )
        }
    }

    /// Takes a permission away. Tokens that were given out keep it until they end; subscriptions that needed it lose their
    /// authorization: `reauthorizationRequired`.
    ///
    /// The parameters are those of ``grant(_:to:in:isDelegated:)``, and so are result and errors.
    @discardableResult
    public func revoke(
        _ permission: String, from application: String, in tenant: String? = nil, isDelegated: Bool = false
    ) throws(GraphEmulatorError) -> (tenantID: String, application: EmulatedApplication) {
        try self.state.change { graph, now throws(GraphEmulatorError) in
            try graph.setPermission(
                permission, isGranted: false, isDelegated: isDelegated, to: application, in: tenant, now: now
            )
        }
    }

    /// The ids of the keys that are served, newest first: tokens are signed with the first.
    public var signingKeyIDs: [String] { self.state.read { graph, now in graph.keys.served(at: now).map(\.id) } }

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

    /// How the clock goes.
    public var clockMode: SwitchedClock.Mode {
        let clock = self.state.clock
        if let switched = clock.switched { return switched.mode }
        return clock.stepped != nil ? .stepped : clock.rate == 1 ? .real : .scaled(clock.rate)
    }

    /// Lets the clock go otherwise from now on.
    ///
    /// - Throws: ``GraphEmulatorError`` if it is not that of a ``SwitchedClock``.
    public func setClock(_ mode: SwitchedClock.Mode) throws(GraphEmulatorError) {
        guard let clock = self.state.clock.switched else {
            throw GraphEmulatorError(
                .clockNotSwitched, "This emulator was started with a clock that cannot be changed: give it a SwitchedClock."
            )
        }
        clock.mode = mode
    }

    /// Moves a clock that is moved by hand or can be switched, and returns when all work of that time is done.
    ///
    /// - Throws: ``GraphEmulatorError`` if the clock goes by itself.
    public func advance(by duration: Duration) async throws(GraphEmulatorError) {
        if let clock = self.state.clock.switched { return await clock.advance(by: duration) }
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

    /// The same, with other tenants. The signing key of the seed is passed over.
    ///
    /// - Throws: ``GraphEmulatorError`` if the seed makes no sense.
    public func reset(to seed: EmulatedSeed) throws(GraphEmulatorError) {
        try seed.validate()
        self.state.reset(to: seed)
    }

    // MARK: Saving

    /// What is worth keeping when the program ends.
    public func snapshot() -> EmulatorSnapshot {
        self.state.read { graph, now in EmulatorSnapshot(content: graph.saved(now: now)) }
    }

    /// Begins anew with what was kept, tenants and keys among it. The clock stays as it is: start it at ``EmulatorSnapshot/now``.
    public func restore(_ snapshot: EmulatorSnapshot) {
        self.state.reset()
        self.state.change { graph, now in graph.restore(snapshot.content, now: now) }
    }

    private func with(
        _ id: String, _ body: (inout EmulatedGraph, Int64) -> Bool
    ) throws(GraphEmulatorError) {
        guard self.state.change(body) else {
            throw GraphEmulatorError.unknownSubscription(id)
        }
    }
}

extension GraphEmulatorError {
    static func unknownSubscription(_ id: String) -> GraphEmulatorError {
        GraphEmulatorError(.unknownSubscription, "There is no subscription '\(id.prefix(64))', or its time is up.")
    }
}
