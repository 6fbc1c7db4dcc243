import GraphNotifications

/// What a month came to, as a table.
struct MonthReport: CustomStringConvertible {
    let seed: UInt64
    let days: Int
    let wall: Duration
    let company: Company
    let counters: CounterTable
    let injected: [String: Int]
    let turnedAway: Int
    let transport: ShakyTransport.State
    let changes: Int
    let verdict: Ledger.Verdict
    let entries: [Ledger.Entry]
    let deadLetters: [String: Int]

    private var rows: [(String, String)] {
        var rows: [(String, String)] = [
            ("seed", "\(self.seed)"), ("simulated days", "\(self.days)"),
            ("wall seconds", "\(Double(Int(self.wall / .seconds(1) * 10)) / 10)"),
            ("subscriptions", "\(self.company.requests.count)"),
        ]
        let kinds = Dictionary(grouping: self.company.requests) { self.company.kind(of: $0.name) }
        for kind in Place.Kind.allCases { rows.append(("  \(kind.rawValue)", "\(kinds[kind]?.count ?? 0)")) }
        rows.append(("  of them with resource data", "\(self.company.requests.count(where: \.includesResourceData))"))
        for (name, label) in [
            ("created", "created"), ("renewed", "renewed"), ("reauthorized", "reauthorized"), ("adopted", "adopted"),
            ("disappeared", "disappeared, and created anew"), ("drifted", "differed from the record"),
            ("lifecycle_events", "lifecycle events"), ("failures", "requests that failed"),
        ] { rows.append((label, "\(self.counters["tidings.subscriptions.\(name)"])")) }
        for (what, count) in self.injected.sorted(by: { $0.key < $1.key }) { rows.append(("injected: \(what)", "\(count)")) }
        let heardLive = self.entries.count { !$0.isRecovered }
        rows += [
            ("injected: answers lost on the way", "\(self.transport.lostAnswers)"),
            ("injected: POSTs while we were away", "\(self.turnedAway)"),
            ("requests to Graph", "\(self.transport.requests)"),
            ("changes made", "\(self.changes)"),
            ("  times a subscription should hear of one", "\(self.verdict.heard + self.verdict.unheard)"),
            ("  heard", "\(self.verdict.heard)"), ("  lost", "\(self.verdict.unheard)"),
            ("    found", "\(self.verdict.found)"), ("    told by something later", "\(self.verdict.represented)"),
            ("    gone before anybody looked", "\(self.verdict.gone)"),
            ("    of chats, of which nothing is listed", "\(self.verdict.notListed)"),
            ("updates in the log", "\(self.entries.count)"), ("  live", "\(heardLive)"),
            ("  recovered", "\(self.entries.count - heardLive)"),
            ("  that repeat one, where that cannot be told", "\(self.verdict.repeated)"),
            ("contents opened", "\(self.counters["tidings.notifications.contents opened"])"),
        ]
        for (reason, count) in self.deadLetters.sorted(by: { $0.key < $1.key }) {
            rows.append(("dead letters: \(reason)", "\(count)"))
        }
        return rows
    }

    var description: String {
        self.rows.map { label, value in
            label.padded(to: 46) + String(repeating: " ", count: max(0, 12 - value.count)) + value
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}
