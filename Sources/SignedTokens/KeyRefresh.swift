/// Decides when the keys of an issuer are fetched. Times are milliseconds of any clock.
///
/// A token with a key that nobody knows costs the issuer at most one request a minute, however many such tokens come.
package struct KeyRefresh: Sendable {
    /// What to do for a token.
    enum Step: Equatable {
        /// Check it with the keys there are.
        case use
        /// Check it with the keys there are, and fetch meanwhile.
        case useAndFetch
        /// Fetch, and ask again.
        case fetchAndWait
        /// Wait for the fetch under way, and ask again.
        case wait
        /// There are no keys, and it is too early to try again.
        case refuse
    }

    /// After that long, keys are fetched again: the issuer may have withdrawn one.
    let lifetime: Int64
    /// The shortest time between the beginnings of two fetches.
    let pause: Int64
    /// The same while there are no keys at all.
    let firstPause: Int64

    private var hasKeys = false
    private var isFetching = false
    private var beganAt: Int64?
    private var fetchedAt: Int64?

    package init(lifetime: Int64, pause: Int64 = 60_000, firstPause: Int64 = 2_000) {
        self.lifetime = lifetime
        self.pause = pause
        self.firstPause = firstPause
    }

    /// A token has come.
    ///
    /// - Parameters:
    ///   - isKnown: Whether its key is among those there are.
    ///   - hasWaited: Whether a fetch has been waited for already because of it.
    mutating func needed(isKnown: Bool, hasWaited: Bool, now: Int64) -> Step {
        if self.hasKeys, isKnown {
            guard let fetchedAt, now - fetchedAt >= self.lifetime, self.begins(now, after: self.pause) else { return .use }
            return .useAndFetch
        }
        if !hasWaited {
            if self.isFetching { return .wait }
            if self.begins(now, after: self.hasKeys ? self.pause : self.firstPause) { return .fetchAndWait }
        }
        return self.hasKeys ? .use : .refuse
    }

    /// The fetch has ended; what it did not bring leaves the keys as they are.
    mutating func fetched(isSuccess: Bool, now: Int64) {
        self.isFetching = false
        guard isSuccess else { return }
        self.hasKeys = true
        self.fetchedAt = now
    }

    private mutating func begins(_ now: Int64, after pause: Int64) -> Bool {
        guard !self.isFetching else { return false }
        // A clock that was set back counts as well.
        if let beganAt, (now - beganAt).magnitude < pause.magnitude { return false }
        self.isFetching = true
        self.beganAt = now
        return true
    }
}
