/// How fast one endpoint answers, and what that does to notifications for it. It knows no clock.
///
/// Normal, slow or dropping. An endpoint that is not normal is tried with a sample every ten minutes: new notifications,
/// as many as one `POST` holds, go out at once, and its answer decides.
struct EndpointHealth: Sendable {
    enum Condition: String, Sendable {
        /// Notifications go out at once.
        case normal
        /// They go out ten minutes late.
        case slow
        /// They do not go out at all.
        case drop
    }

    /// What to do with a new notification.
    enum Admission: Sendable, Equatable {
        case send
        /// Send it at once, to find out how fast the endpoint is now.
        case probe
        case delay(Int64)
        case drop
    }

    /// The answers of a part of the window.
    private struct Slice {
        var start: Int64
        var answers = 0
        var slow = 0
        var tooSlow = 0
    }

    private static let slicesPerWindow: Int64 = 20

    private let policy: SlowEndpointPolicy
    /// From how many milliseconds on an answer is slow.
    private let slowAfter: Int64
    /// From how many milliseconds on it counts towards dropping.
    private let dropAfter: Int64
    private(set) var condition = Condition.normal
    /// When it was last said how the endpoint is, in milliseconds since 1970.
    private(set) var since: Int64 = 0
    /// When the next sample may be taken.
    private var probeDue: Int64 = 0
    /// How many notifications of the sample have been admitted.
    private var probesAdmitted = 0
    /// Oldest first, at most one window's worth.
    private var slices: [Slice] = []

    init(policy: SlowEndpointPolicy, slowAfter: Duration, dropAfter: Duration) {
        self.policy = policy
        self.slowAfter = slowAfter.milliseconds
        self.dropAfter = dropAfter.milliseconds
    }

    /// Whether nothing needs to be remembered of the endpoint.
    func isForgettable(at now: Int64) -> Bool {
        self.condition == .normal && self.slices.allSatisfy { $0.start + self.policy.window.milliseconds <= now }
    }

    /// Says what becomes of a notification that came now.
    mutating func admit(now: Int64) -> Admission {
        guard self.condition != .normal else { return .send }
        // A sample that nobody answered, because it was withdrawn, is over by then.
        if self.probesAdmitted > 0, now >= self.probeDue + self.policy.probeInterval.milliseconds {
            self.probeDue = now
            self.probesAdmitted = 0
        }
        guard now < self.probeDue || self.probesAdmitted >= self.policy.probeSize else {
            self.probesAdmitted += 1
            return .probe
        }
        return self.condition == .slow ? .delay(self.policy.delay.milliseconds) : .drop
    }

    /// An attempt took this long until its answer, or until it was given up.
    ///
    /// - Parameter isProbe: Whether the sample was in it.
    /// - Returns: Whether the endpoint is treated differently from now on.
    mutating func answered(after milliseconds: Int64, isProbe: Bool = false, now: Int64) -> Bool {
        let isSlow = milliseconds >= self.slowAfter
        let isTooSlow = milliseconds >= self.dropAfter
        if isProbe, self.condition != .normal {
            return self.probed(isSlow: isSlow, isTooSlow: isTooSlow, now: now)
        }
        self.count(isSlow: isSlow, isTooSlow: isTooSlow, now: now)
        guard self.condition != .drop else { return false }
        let answers = self.slices.reduce(0) { $0 + $1.answers }
        guard answers >= self.policy.minimumAnswers else { return false }
        func share(_ count: KeyPath<Slice, Int>) -> Double {
            Double(self.slices.reduce(0) { $0 + $1[keyPath: count] }) / Double(answers)
        }
        if share(\.tooSlow) > self.policy.dropShare {
            self.enter(.drop, now: now)
            return true
        }
        guard self.condition == .normal, share(\.slow) > self.policy.slowShare else { return false }
        self.enter(.slow, now: now)
        return true
    }

    private mutating func probed(isSlow: Bool, isTooSlow: Bool, now: Int64) -> Bool {
        let next: Condition
        switch self.condition {
        case .drop: next = isTooSlow ? .drop : isSlow ? .slow : .normal
        case .slow, .normal: next = isSlow ? .slow : .normal
        }
        let isNew = next != self.condition
        self.enter(next, now: now)
        return isNew
    }

    private mutating func enter(_ condition: Condition, now: Int64) {
        if condition != self.condition { self.since = now }
        self.condition = condition
        self.probeDue = now + self.policy.probeInterval.milliseconds
        self.probesAdmitted = 0
        // What was counted has led here, and says nothing about what comes.
        self.slices = []
    }

    private mutating func count(isSlow: Bool, isTooSlow: Bool, now: Int64) {
        let window = self.policy.window.milliseconds
        let length = max(1, window / Self.slicesPerWindow)
        if self.slices.last.map({ $0.start + length <= now }) ?? true {
            self.slices.removeAll { $0.start + window <= now }
            self.slices.append(Slice(start: now / length * length))
        }
        let last = self.slices.endIndex - 1
        self.slices[last].answers += 1
        if isSlow { self.slices[last].slow += 1 }
        if isTooSlow { self.slices[last].tooSlow += 1 }
    }
}
