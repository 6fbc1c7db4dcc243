/// What has to be done from time to time besides looking after single subscriptions: when each is due, and what is under way.
struct Chores {
    enum Chore: Hashable {
        /// Ask Graph for its list.
        case list(account: String)
        /// Write down that the program runs.
        case signOfLife
    }

    private var due: [Chore: Int64] = [:]

    /// Adds one, or says when it is due again. One that is under way is over then.
    mutating func plan(_ chore: Chore, at moment: Int64) {
        self.due[chore] = moment
    }

    /// What is due. It is under way from now on.
    mutating func takeDue(now: Int64) -> [Chore] {
        let due = self.due.filter { $0.value <= now }.map(\.key)
        for chore in due { self.due[chore] = nil }
        return due
    }

    /// When the next is due; `nil` if none is planned.
    var next: Int64? { self.due.values.min() }
}
