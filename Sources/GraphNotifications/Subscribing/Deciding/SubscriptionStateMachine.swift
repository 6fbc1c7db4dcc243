/// The life of one subscription, decided without network, store or clock.
///
/// ``tick(now:)`` says the one thing to do next; ``SubscriptionManager`` does it and reports back. At most one request is
/// ever in flight. All moments are milliseconds since 1970, because Graph's expiry is one.
struct SubscriptionStateMachine: Sendable {
    /// What Graph has.
    struct Live: Sendable, Equatable {
        var id: String
        var expiresAt: Int64
    }

    enum State: Equatable {
        /// Graph does not know it.
        case absent
        /// A `POST` is in flight; what it takes the place of still lives.
        case creating(replacing: Live?)
        /// Graph has it, but who looks for losses does not know that.
        case untold(Live)
        /// That is being told.
        case telling(Live)
        /// The store knows it from before; whether Graph still does must be seen.
        case remembered(Live)
        /// A `GET` is in flight.
        case checking(Live)
        /// Graph keeps it.
        case active(Live)
        /// A `PATCH` is in flight.
        case renewing(Live)
        /// A new authorization is in flight.
        case reauthorizing(Live)
        /// What it took the place of is being deleted.
        case discarding(Live)
        /// A `DELETE` is in flight, or the removal of the record.
        case removing(Live?)
        /// It is gone, as it should be.
        case removed
    }

    enum Goal: Equatable {
        /// It shall be alive.
        case alive
        /// What Graph has is not what is declared. The new one is created before the old one goes, where Graph lets both be.
        case replaced(createsFirst: Bool)
        /// It shall be gone.
        case gone
    }

    enum Action: Equatable {
        /// `clearing`: an earlier attempt may have left one behind, at this moment at the latest, which must be dealt with first.
        /// `replacing`: what is deleted afterwards. `afterLoss`: notifications have been lost since the one before ended.
        case create(clearing: Int64?, replacing: String? = nil, afterLoss: Bool = false)
        /// Says that it was created.
        case tell(afterLoss: Bool)
        case check(id: String)
        case renew(id: String)
        case reauthorize(id: String)
        /// Deletes what it took the place of.
        case discard(id: String)
        /// Deletes it at Graph, as far as it has ids there, and forgets its record, if it shall be gone for good.
        case remove(ids: [String], forget: Bool)
        case wait(until: Int64)
        /// Something is in flight, or there is nothing left to do.
        case nothing
    }

    /// Graph asks not to renew and authorize the same subscription within this time.
    static let reauthorizationPause: Int64 = 600_000
    /// So that a very short life does not make a loop of renewals.
    private static let shortestPause: Int64 = 1_000
    /// How long one is left alone that was born expired: the clocks do not agree, and haste does not help.
    private static let expiredPause: Int64 = 60_000

    private(set) var state: State
    private(set) var goal = Goal.alive
    private(set) var due: Int64
    /// When it is renewed if nothing else happens.
    private(set) var renewal = Int64.max
    /// When an attempt of which we know too little may have created it, at the latest.
    private(set) var mayExistSince: Int64?
    private var isAfterLoss = false
    private var mustRenew = false
    private var wantsAuthorization = false
    private var confirmedAt: Int64?
    /// When it was last renewed or authorized.
    private(set) var authorizedAt: Int64?
    /// Graph's id of what it took the place of, and when that is deleted.
    private(set) var leftover: (id: String, due: Int64)?
    /// How many attempts have failed in a row.
    private(set) var failures = 0
    /// Whether the last attempt failed in a way that does not pass by itself.
    private(set) var hasFailed = false

    /// One that Graph does not know.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - mayExist: Whether an earlier attempt may have created it without our learning of it.
    ///   - replacedID: What it shall take the place of, if that is not deleted yet.
    init(now: Int64, mayExist: Bool = false, replacedID: String? = nil) {
        self.state = .absent
        self.due = now
        self.mayExistSince = mayExist ? Self.before(now) : nil
        self.leftover = replacedID.map { ($0, now) }
    }

    /// One from the store.
    ///
    /// - Parameters:
    ///   - id: Graph's id of it.
    ///   - expiresAt: When it expires, as far as the store knows.
    ///   - now: The time.
    ///   - isCurrent: Whether it is as declared; otherwise it is replaced.
    ///   - replacedID: What it took the place of, if that is not deleted yet.
    init(id: String, expiresAt: Int64, now: Int64, isCurrent: Bool, replacedID: String? = nil) {
        let isExpired = expiresAt <= now
        self.state = isExpired ? .absent : .remembered(Live(id: id, expiresAt: expiresAt))
        self.goal = isCurrent || isExpired ? .alive : .replaced(createsFirst: false)
        self.due = now
        // Its last renewal may not have reached the store.
        self.mayExistSince = isExpired ? Self.before(now) : nil
        self.isAfterLoss = isExpired
        self.leftover = replacedID.map { ($0, now) }
    }

    // MARK: - What to do

    /// Asks what to do now. An action other than `wait` and `nothing` is in flight from then on.
    mutating func tick(now: Int64) -> Action {
        guard let due = self.dueAt else { return .nothing }
        if let live = self.live, live.expiresAt <= now, self.goal == .alive, self.isResting { self.expire(now: now) }
        guard now >= due else { return .wait(until: due) }
        switch (self.state, self.goal) {
        case (.absent, .gone):
            self.state = .removing(nil)
            return .remove(ids: self.leftover.map { [$0.id] } ?? [], forget: true)
        case (.absent, _):
            self.state = .creating(replacing: nil)
            self.goal = .alive
            return .create(clearing: self.mayExistSince, afterLoss: self.isAfterLoss)
        case (.remembered(let live), .replaced(createsFirst: true)), (.active(let live), .replaced(createsFirst: true)):
            self.state = .creating(replacing: live)
            return .create(clearing: nil, replacing: live.id)
        case (.remembered(let live), .alive):
            self.state = .checking(live)
            return .check(id: live.id)
        case (.untold(let live), .alive):
            self.state = .telling(live)
            return .tell(afterLoss: self.isAfterLoss)
        case (.active(let live), .alive):
            return self.act(on: live, now: now)
        case (.remembered(let live), _), (.active(let live), _), (.untold(let live), _):
            self.state = .removing(live)
            let ids = [live.id] + (self.leftover.map { [$0.id] } ?? [])
            return .remove(ids: ids, forget: self.goal == .gone)
        default: return .nothing
        }
    }

    private mutating func act(on live: Live, now: Int64) -> Action {
        if self.mustRenew || now >= self.renewal || (self.wantsAuthorization && self.isWorthRenewing(live, now: now)) {
            self.state = .renewing(live)
            return .renew(id: live.id)
        }
        if self.wantsAuthorization, now >= self.authorizationDue(now: now) {
            self.state = .reauthorizing(live)
            return .reauthorize(id: live.id)
        }
        if let leftover = self.leftover, leftover.due <= now {
            self.state = .discarding(live)
            return .discard(id: leftover.id)
        }
        self.state = .renewing(live)
        return .renew(id: live.id)
    }

    /// A renewal authorizes as well; while it would hardly make the life longer, authorizing is enough.
    private func isWorthRenewing(_ live: Live, now: Int64) -> Bool {
        guard let confirmedAt = self.confirmedAt else { return true }
        return now - confirmedAt >= (live.expiresAt - confirmedAt) / 10 && now >= self.authorizationDue(now: now)
    }

    private func authorizationDue(now: Int64) -> Int64 {
        self.authorizedAt.map { $0 + Self.reauthorizationPause } ?? now
    }

    private mutating func expire(now: Int64) {
        self.state = .absent
        self.mayExistSince = Self.before(now)
        self.isAfterLoss = true
        self.mustRenew = false
        self.wantsAuthorization = false
    }

    // MARK: - How it went

    /// Graph accepted the create or the renewal, or has what was asked after.
    ///
    /// - Parameters:
    ///   - id: Graph's id of it.
    ///   - expiresAt: When it expires.
    ///   - confirmedAt: When that was decided: now, or what the store says of one that was only asked after.
    ///   - now: The time.
    ///   - jitter: From -1 to 1: spreads renewals.
    mutating func confirmed(id: String, expiresAt: Int64, confirmedAt: Int64, now: Int64, jitter: Double) {
        var earliest = now + (expiresAt > now ? Self.shortestPause : Self.expiredPause)
        switch self.state {
        case .renewing:
            self.authorizedAt = now
            self.mustRenew = false
            self.wantsAuthorization = false
        // It may have been due for long.
        case .checking: earliest = now
        case .creating(let replaced):
            if let replaced { self.leftover = (replaced.id, now) }
            if case .replaced(createsFirst: true) = self.goal { self.goal = .alive }
            self.mustRenew = false
            self.wantsAuthorization = false
        default: break
        }
        self.state = .active(Live(id: id, expiresAt: expiresAt))
        self.confirmedAt = confirmedAt
        self.succeeded()
        self.mayExistSince = nil
        self.isAfterLoss = false
        self.renewal = max(
            earliest,
            RenewalSchedule.renewal(confirmedAt: confirmedAt, expiresAt: expiresAt, now: now, jitter: jitter)
        )
        self.schedule(now: now)
    }

    /// Graph accepted the create in flight, and who looks for losses could not be told.
    mutating func createdUntold(id: String, expiresAt: Int64, now: Int64, delay: Int64) {
        let isAfterLoss = self.isAfterLoss
        self.confirmed(id: id, expiresAt: expiresAt, confirmedAt: now, now: now, jitter: 0)
        self.isAfterLoss = isAfterLoss
        self.state = .untold(Live(id: id, expiresAt: expiresAt))
        self.failures = 1
        self.due = self.goal == .alive ? now + delay : now
    }

    /// The authorization in flight is given.
    mutating func reauthorized(now: Int64) {
        guard case .reauthorizing(let live) = self.state else { return }
        self.state = .active(live)
        self.authorizedAt = now
        self.wantsAuthorization = false
        self.succeeded()
        // Not so soon after it, if there is time.
        self.renewal = max(self.renewal, min(now + Self.reauthorizationPause, (now + live.expiresAt) / 2))
        self.schedule(now: now)
    }

    /// What it took the place of is deleted.
    mutating func discarded(now: Int64) {
        guard case .discarding(let live) = self.state else { return }
        self.state = .active(live)
        self.leftover = nil
        self.succeeded()
        self.schedule(now: now)
    }

    /// The removal in flight is done.
    ///
    /// - Parameter forgotten: Whether its record is gone as well.
    mutating func wasRemoved(forgotten: Bool, now: Int64) {
        guard case .removing(let live) = self.state else { return }
        self.succeeded()
        self.due = now
        self.leftover = nil
        switch self.goal {
        case .gone: self.state = forgotten ? .removed : .absent
        case .alive, .replaced:
            self.state = .absent
            self.goal = .alive
            // From here until the next one is there nothing is delivered.
            self.isAfterLoss = self.isAfterLoss || live != nil
        }
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
        case .creating(nil):
            self.state = .absent
            if isUncertain { self.mayExistSince = now }
        case .creating(let live?): self.state = .remembered(live)
        case .telling(let live): self.state = .untold(live)
        case .checking(let live): self.state = .remembered(live)
        case .renewing(let live), .reauthorizing(let live):
            self.state = .active(live)
            // Once it has expired it can be created anew at once.
            self.due = min(self.due, max(live.expiresAt, now + Self.shortestPause))
        case .discarding(let live):
            self.state = .active(live)
            if let leftover = self.leftover { self.leftover = (leftover.id, now + delay) }
            self.schedule(now: now)
        case .removing(let live?): self.state = .active(live)
        case .removing(nil): self.state = .absent
        case .absent, .untold, .remembered, .active, .removed: break
        }
    }

    /// Nothing has been asked for at this moment yet: what there is is older.
    private static func before(_ now: Int64) -> Int64 { now - 1 }

    private mutating func succeeded() {
        self.failures = 0
        self.hasFailed = false
    }

    /// The next thing that is due for one that is alive.
    private mutating func schedule(now: Int64) {
        guard self.goal == .alive else {
            self.due = now
            return
        }
        self.due = self.mustRenew ? min(now, self.renewal) : self.renewal
        if self.wantsAuthorization { self.due = min(self.due, max(now, self.authorizationDue(now: now))) }
        if let leftover = self.leftover { self.due = min(self.due, leftover.due) }
    }

    // MARK: - What comes from outside

    /// Graph does not know it any more.
    mutating func lost(now: Int64) {
        switch self.state {
        case .remembered, .checking, .active, .renewing, .reauthorizing, .untold:
            self.state = .absent
            self.isAfterLoss = true
            self.mustRenew = false
            self.wantsAuthorization = false
            self.succeeded()
            self.due = now
        // A create or a delete is under way; its answer decides.
        case .absent, .creating, .telling, .discarding, .removing, .removed: break
        }
    }

    /// Graph's list does not have it, which may be the list's fault.
    mutating func doubt(now: Int64) {
        guard case .active(let live) = self.state, self.goal == .alive else { return }
        self.state = .remembered(live)
        self.due = now
    }

    /// Graph wants its authorization renewed.
    mutating func reauthorize(now: Int64) {
        guard self.goal == .alive, self.live != nil else { return }
        self.wantsAuthorization = true
        if case .active = self.state { self.due = min(self.due, max(now, self.authorizationDue(now: now))) }
    }

    /// Somebody wants it created, looked after or renewed without waiting.
    mutating func hurry(now: Int64) {
        self.due = min(self.due, now)
        if self.live != nil { self.mustRenew = true }
    }

    /// What Graph has is not what is declared.
    ///
    /// - Parameter createsFirst: Whether Graph lets both be for a while.
    mutating func replace(now: Int64, createsFirst: Bool) {
        self.due = now
        switch self.state {
        case .absent, .creating(replacing: nil): self.goal = .alive
        default: self.goal = .replaced(createsFirst: createsFirst)
        }
    }

    /// It shall be alive after all.
    mutating func redeclare(now: Int64) {
        guard self.goal == .gone else { return }
        self.goal = .alive
        self.due = now
        if case .removed = self.state { self.state = .absent }
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
}
