/// By whose leave notifications of one subscription are sent, and when it needs a new one.
struct SubscriptionAuthorization: Sendable, Equatable, Codable {
    /// When the token of the call that created, renewed or reauthorized it expires, in milliseconds since 1970.
    private(set) var until: Int64
    private(set) var schedule: LifecycleSchedule

    /// - Parameters:
    ///   - until: When the token of the call expires.
    ///   - expiry: When the subscription does.
    init(until: Int64, expiry: Int64, isNew: Bool, now: Int64) {
        self.until = until
        self.schedule = LifecycleSchedule(from: now, to: min(until, expiry), isNew: isNew)
    }

    /// Whether nobody knows an end of it.
    var isEndless: Bool { self.until == .max }

    func isValid(at now: Int64) -> Bool { now < self.until }

    /// Whether `reauthorizationRequired` is to be sent now.
    mutating func takeEvent(now: Int64) -> Bool { self.schedule.take(now: now) }

    /// Asks for a new one now.
    ///
    /// - Parameter isRevoked: Whether this one holds no longer.
    mutating func require(isRevoked: Bool, now: Int64) {
        if isRevoked { self.until = now }
        self.schedule.hurry(now: now)
    }
}
