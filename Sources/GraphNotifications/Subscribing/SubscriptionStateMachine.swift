/// The life of one subscription, decided without network, store or clock.
///
/// ``tick(now:)`` says the one thing to do next; ``SubscriptionManager`` does it and reports back. At most one request is
/// ever in flight. All moments are milliseconds since 1970, because Graph's expiry is one.
struct SubscriptionStateMachine: Sendable {
    private enum State: Equatable {
        /// Graph does not know it.
        case absent
        /// A `POST` is in flight.
        case creating
        /// The store knows it from before; whether Graph still does must be seen.
        case remembered(id: String, expiresAt: Int64)
        /// A `GET` is in flight.
        case checking(id: String, expiresAt: Int64)
        /// Graph keeps it until `expiresAt`.
        case active(id: String, expiresAt: Int64)
        /// A `PATCH` is in flight.
        case renewing(id: String, expiresAt: Int64)
        /// A `DELETE` is in flight, or the removal of the record.
        case removing(id: String?, expiresAt: Int64)
        /// It is gone, as it should be.
        case removed
    }

    private enum Goal {
        /// It shall be alive.
        case alive
        /// What Graph has is not what is declared: away with it, then create it.
        case replaced
        /// It shall be gone.
        case gone
    }

    enum Action: Equatable {
        /// `clearing`: an earlier attempt may have left one behind, which must go first.
        case create(clearing: Bool)
        case check(id: String)
        case renew(id: String)
        /// Deletes it at Graph, if it has an id there, and forgets its record, if it shall be gone for good.
        case remove(id: String?, forget: Bool)
        case wait(until: Int64)
        /// Something is in flight, or there is nothing left to do.
        case nothing
    }

    /// Two renewals because of lifecycle events lie this far apart at least.
    private static let reauthorizationPause: Int64 = 600_000
    /// So that a very short life does not make a loop of renewals.
    private static let shortestPause: Int64 = 1_000
    /// How long one is left alone that was born expired: the clocks do not agree, and haste does not help.
    private static let expiredPause: Int64 = 60_000

    private var state: State
    private var goal = Goal.alive
    private var due: Int64
    private var mayExist: Bool
    private var renewedAt: Int64?
    /// How many attempts have failed in a row.
    private(set) var failures = 0
    /// Whether the last attempt failed in a way that does not pass by itself.
    private(set) var hasFailed = false

    /// One that Graph does not know.
    ///
    /// - Parameter mayExist: Whether an earlier attempt may have created it without our learning of it.
    init(now: Int64, mayExist: Bool = false) {
        self.state = .absent
        self.due = now
        self.mayExist = mayExist
    }

    /// One from the store.
    ///
    /// - Parameters:
    ///   - id: Graph's id of it.
    ///   - expiresAt: When it expires, as far as the store knows.
    ///   - now: The time.
    ///   - isCurrent: Whether it is as declared; otherwise it is replaced.
    init(id: String, expiresAt: Int64, now: Int64, isCurrent: Bool) {
        let isExpired = expiresAt <= now
        self.state = isExpired ? .absent : .remembered(id: id, expiresAt: expiresAt)
        self.goal = isCurrent || isExpired ? .alive : .replaced
        self.due = now
        // Its last renewal may not have reached the store.
        self.mayExist = isExpired
    }

    // MARK: - Events

    /// Asks what to do now. An action other than `wait` and `nothing` is in flight from then on.
    mutating func tick(now: Int64) -> Action {
        guard let due = self.dueAt else { return .nothing }
        if case .active(_, let expiresAt) = self.state, self.goal == .alive, expiresAt <= now {
            self.state = .absent
            self.mayExist = true
        }
        guard now >= due else { return .wait(until: due) }
        switch (self.state, self.goal) {
        case (.absent, .gone):
            self.state = .removing(id: nil, expiresAt: .max)
            return .remove(id: nil, forget: true)
        case (.absent, _):
            self.state = .creating
            self.goal = .alive
            return .create(clearing: self.mayExist)
        case (.remembered(let id, let expiresAt), .alive):
            self.state = .checking(id: id, expiresAt: expiresAt)
            return .check(id: id)
        case (.active(let id, let expiresAt), .alive):
            self.state = .renewing(id: id, expiresAt: expiresAt)
            return .renew(id: id)
        case (.remembered(let id, let expiresAt), _), (.active(let id, let expiresAt), _):
            self.state = .removing(id: id, expiresAt: expiresAt)
            return .remove(id: id, forget: self.goal == .gone)
        case (.creating, _), (.checking, _), (.renewing, _), (.removing, _), (.removed, _):
            return .nothing
        }
    }

    /// Graph accepted the create or the renewal, or has what was asked after.
    ///
    /// - Parameters:
    ///   - id: Graph's id of it.
    ///   - expiresAt: When it expires.
    ///   - confirmedAt: When that was decided: now, or what the store says of one that was only asked after.
    ///   - now: The time.
    ///   - jitter: From -1 to 1: spreads renewals by up to a tenth.
    mutating func confirmed(id: String, expiresAt: Int64, confirmedAt: Int64, now: Int64, jitter: Double) {
        var earliest = now + (expiresAt > now ? Self.shortestPause : Self.expiredPause)
        switch self.state {
        case .renewing: self.renewedAt = now
        // It may have been due for long.
        case .checking: earliest = now
        default: break
        }
        self.state = .active(id: id, expiresAt: expiresAt)
        self.failures = 0
        self.hasFailed = false
        self.mayExist = false
        let half = Double(max(0, expiresAt - confirmedAt)) * 0.5 * (1 + 0.1 * jitter)
        self.due = self.goal == .alive ? max(earliest, confirmedAt + Int64(half)) : now
    }

    /// The request in flight failed.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - delay: How long to wait, in milliseconds.
    ///   - isPermanent: Whether it will not pass by itself.
    ///   - isUncertain: Whether Graph may have done it all the same.
    mutating func failed(now: Int64, delay: Int64, isPermanent: Bool, isUncertain: Bool) {
        self.failures += 1
        self.hasFailed = isPermanent
        self.due = now + delay
        switch self.state {
        case .creating:
            self.state = .absent
            self.mayExist = self.mayExist || isUncertain
        case .checking(let id, let expiresAt): self.state = .remembered(id: id, expiresAt: expiresAt)
        case .renewing(let id, let expiresAt):
            self.state = .active(id: id, expiresAt: expiresAt)
            // Once it has expired it can be created anew at once.
            self.due = min(self.due, max(expiresAt, now + Self.shortestPause))
        case .removing(let id?, let expiresAt): self.state = .active(id: id, expiresAt: expiresAt)
        case .removing(nil, _): self.state = .absent
        case .absent, .remembered, .active, .removed: break
        }
    }

    /// Graph does not know it any more.
    mutating func lost(now: Int64) {
        switch self.state {
        case .remembered, .checking, .active, .renewing:
            self.state = .absent
            self.failures = 0
            self.hasFailed = false
            self.due = now
        // A create or a delete is under way; its answer decides.
        case .absent, .creating, .removing, .removed: break
        }
    }

    /// The removal in flight is done.
    ///
    /// - Parameter forgotten: Whether its record is gone as well.
    mutating func wasRemoved(forgotten: Bool, now: Int64) {
        guard case .removing = self.state else { return }
        self.failures = 0
        self.hasFailed = false
        self.due = now
        self.state = forgotten ? .removed : .absent
        if self.goal == .replaced { self.goal = .alive }
    }

    /// Graph wants its authorization renewed.
    mutating func reauthorize(now: Int64) {
        guard case .active = self.state, self.goal == .alive else { return }
        let earliest = self.renewedAt.map { $0 + Self.reauthorizationPause } ?? now
        self.due = min(self.due, max(now, earliest))
    }

    /// Somebody wants it created, looked after or renewed without waiting.
    mutating func hurry(now: Int64) {
        self.due = min(self.due, now)
    }

    /// It shall be gone.
    mutating func undeclare(now: Int64) {
        self.goal = .gone
        self.due = now
    }

    /// The declaration cannot work: nothing is tried until it is changed.
    mutating func refuse() {
        self.hasFailed = true
        self.due = .max
    }

    // MARK: - What is known

    /// When there is something to do; `nil` while something is in flight and when all is done.
    var dueAt: Int64? {
        switch self.state {
        case .absent, .remembered, .active: self.due
        case .creating, .checking, .renewing, .removing, .removed: nil
        }
    }

    /// Graph's id of it, and when it expires.
    var live: (id: String, expiresAt: Int64)? {
        switch self.state {
        case .remembered(let id, let expiresAt), .checking(let id, let expiresAt), .active(let id, let expiresAt),
            .renewing(let id, let expiresAt):
            (id, expiresAt)
        case .removing(let id, let expiresAt): id.map { ($0, expiresAt) }
        case .absent, .creating, .removed: nil
        }
    }

    /// Whether it is gone, as it should be.
    var isRemoved: Bool { self.state == .removed }

    /// Whether it is to be gone.
    var isUndeclared: Bool { self.goal == .gone }

    /// One word for people.
    var label: String {
        if self.goal == .gone { return "deleted" }
        return switch self.state {
        case .creating: "creating"
        case .renewing: "renewing"
        case .removed: "deleted"
        case _ where self.hasFailed: "failed"
        case .active, .remembered, .checking: "active"
        case .absent, .removing: "waiting"
        }
    }
}
