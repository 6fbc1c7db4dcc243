/// When a subscription is renewed: around the half of its life, and never with all others.
///
/// | Case | Due |
/// |---|---|
/// | confirmed now | evenly spread over the span from 40 % to 60 % of its life |
/// | overdue, as after a restart | evenly spread over the next ten minutes, or a quarter of what is left if that is less |
///
/// So thousands that were created together, or all became due while the program was away, come at an even pace; and each has
/// two fifths of its life left to try again.
enum RenewalSchedule {
    /// How far from the half of its life, as a part of the half.
    static let spread = 0.2
    /// Over how long those that are overdue are spread, in milliseconds.
    static let overdueSpan: Int64 = 600_000

    /// - Parameters:
    ///   - confirmedAt: When Graph last accepted it, in milliseconds since 1970.
    ///   - expiresAt: When it expires.
    ///   - now: The time.
    ///   - jitter: From -1 to 1, evenly.
    static func renewal(confirmedAt: Int64, expiresAt: Int64, now: Int64, jitter: Double) -> Int64 {
        let half = Double(max(0, expiresAt - confirmedAt)) * 0.5
        let moment = confirmedAt + Int64(half * (1 + Self.spread * jitter))
        guard moment < now else { return moment }
        let span = min(Self.overdueSpan, max(0, expiresAt - now) / 4)
        return now + Int64(Double(span) * (jitter + 1) / 2)
    }
}
