/// Whether this machine, Graph and the sign-in service agree about the time.
struct ClockCheck: DoctorCheck {
    /// With more between them tokens and assertions are refused.
    static let limit = Duration.seconds(300)
    /// More is nobody's network.
    private static let usual = Duration.seconds(30)

    func findings(in observed: Observations) -> [Finding] {
        let several = observed.accounts.count > 1
        return observed.accounts.map { seen in
            let account = several ? seen.account.title : nil
            guard let ahead = Self.ahead(seen, now: observed.now) else {
                let reason = seen.graphError ?? "Graph did not say what time it is."
                // Whoever cannot be reached is no witness, and nothing else will work either.
                return Finding("clock", seen.graphError == nil ? .skipped : .failed, reason, account: account)
            }
            return Self.finding(ahead, account)
        }
    }

    /// The larger difference of two witnesses: Graph's answer, and when the token was issued.
    private static func ahead(_ seen: Observations.Account, now: Int64) -> Duration? {
        // A token may be kept for hours by a platform, so an old one proves nothing; one of the future does.
        let issued = seen.token?.iat.map { Duration.milliseconds($0 * 1000 - now) }.flatMap { $0 > .zero ? $0 : nil }
        return [seen.graphIsAheadBy, issued].compactMap(\.self).max { $0.magnitude < $1.magnitude }
    }

    private static func finding(_ ahead: Duration, _ account: String?) -> Finding {
        let seconds = ahead.magnitude.components.seconds
        let direction = ahead > .zero ? "behind" : "ahead of"
        let verdict: Finding.Verdict = ahead.magnitude > self.limit ? .failed : ahead.magnitude > self.usual ? .warning : .ok
        let message =
            switch verdict {
            case .ok: "This machine and Graph agree within \(max(1, seconds)) s."
            case .failed:
                "The clock of this machine is \(seconds) s \(direction) Graph's, and 300 s is the most that sign-in allows: start a "
                    + "time service (NTP)."
            default: "The clock of this machine is \(seconds) s \(direction) Graph's: start a time service (NTP)."
            }
        return Finding("clock", verdict, message, account: account)
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
