import DequeModule

/// Users who are asked to sign in elsewhere, and the applications that wait for them.
struct DeviceCodeTable: Sendable {
    /// One such request.
    struct Entry: Sendable, Equatable {
        enum State: Sendable, Equatable {
            case pending
            case approved(userID: String)
            case declined
        }

        let deviceCode: String
        /// What the user types.
        let userCode: String
        let tenantID: String
        let applicationID: String
        let scope: RequestedScope
        /// Milliseconds since 1970.
        let expiresAt: Int64
        /// How long to wait between two questions, in milliseconds.
        var interval: Int64
        var askedAt: Int64?
        var state = State.pending
    }

    /// How long a user may take, in seconds.
    static let lifetime: Int64 = 900
    /// More are not kept; the oldest goes first.
    static let maximumCount = 100
    /// By how much the wait grows when somebody asks too soon, in milliseconds.
    private static let penalty: Int64 = 5000

    private var entries = Deque<Entry>()

    mutating func add(
        scope: RequestedScope, tenantID: String, applicationID: String, interval: Int64, now: Int64, random: inout EmulatorRandom
    ) -> Entry {
        if self.entries.count >= Self.maximumCount { self.entries.removeFirst() }
        let letters = Array("BCDFGHJKLMNPQRSTVWXZ23456789")
        let entry = Entry(
            deviceCode: random.text(60), userCode: String((0..<9).map { _ in letters.randomElement(using: &random) ?? "B" }),
            tenantID: tenantID, applicationID: applicationID, scope: scope, expiresAt: now + Self.lifetime * 1000,
            interval: interval
        )
        self.entries.append(entry)
        return entry
    }

    /// What waits for this user code; `nil` if nothing does any more.
    func pending(userCode: String, now: Int64) -> Entry? {
        self.entries.first { $0.userCode == userCode.uppercased() && $0.state == .pending && $0.expiresAt > now }
    }

    /// The user has decided.
    mutating func decide(userCode: String, _ state: Entry.State) {
        guard let index = self.entries.firstIndex(where: { $0.userCode == userCode.uppercased() }) else { return }
        self.entries[index].state = state
    }

    /// The application asks; once it has its answer, the code is spent.
    mutating func poll(
        deviceCode: String, applicationID: String, now: Int64
    ) throws(SignInRefusal) -> (entry: Entry, userID: String) {
        let index = self.entries.firstIndex { $0.deviceCode == deviceCode && $0.applicationID == applicationID }
        guard let index else { throw .badDeviceCode }
        guard self.entries[index].expiresAt > now else { throw .expiredDeviceCode }
        switch self.entries[index].state {
        case .approved(let userID): return (self.entries.remove(at: index), userID)
        case .declined:
            self.entries.remove(at: index)
            throw .declined
        case .pending:
            defer { self.entries[index].askedAt = now }
            guard let before = self.entries[index].askedAt, now - before < self.entries[index].interval else {
                throw .authorizationPending
            }
            self.entries[index].interval += Self.penalty
            throw .slowDown
        }
    }
}
