/// What is known of one subscription.
extension SubscriptionStateMachine {
    /// When there is something to do; `nil` while something is in flight and when all is done.
    var dueAt: Int64? { self.isResting ? self.due : nil }

    /// Whether nothing is in flight, and it is not gone.
    var isResting: Bool {
        switch self.state {
        case .absent, .untold, .remembered, .active: true
        default: false
        }
    }

    /// Graph's id of it, and when it expires.
    var live: Live? {
        switch self.state {
        case .untold(let live), .telling(let live), .remembered(let live), .checking(let live), .active(let live),
            .renewing(let live), .reauthorizing(let live), .discarding(let live):
            live
        case .creating(let live), .removing(let live): live
        case .absent, .removed: nil
        }
    }

    /// Graph's ids of it: its own, and of what it took the place of.
    var ids: [String] { (self.live.map { [$0.id] } ?? []) + (self.leftover.map { [$0.id] } ?? []) }

    /// Whether a `POST` is in flight, or the last one may have worked.
    var mayBeCreated: Bool {
        if case .creating = self.state { return true }
        return self.mayExistSince != nil
    }

    /// Whether Graph authorized it so lately that it must be left alone.
    func isFreshlyAuthorized(now: Int64) -> Bool {
        self.authorizedAt.map { now < $0 + Self.reauthorizationPause } ?? false
    }

    /// Whether it is gone, as it should be.
    var isRemoved: Bool { self.state == .removed }

    /// Whether what Graph has, or is asked for, is what shall be there.
    var isSettled: Bool { self.goal == .alive }

    /// Whether it is to be gone.
    var isUndeclared: Bool { self.goal == .gone }

    /// One word for people.
    var label: String {
        if self.goal == .gone { return "deleted" }
        return switch self.state {
        case .creating: "creating"
        case .renewing, .reauthorizing: "renewing"
        case .removed: "deleted"
        case _ where self.hasFailed: "failed"
        case .active, .remembered, .checking, .untold, .telling, .discarding: "active"
        case .absent, .removing: "waiting"
        }
    }

    /// Graph's id of it, if what Graph lists can be compared with it.
    var comparableID: String? {
        switch self.state {
        case .active(let live), .remembered(let live): self.goal == .alive ? live.id : nil
        default: nil
        }
    }
}
