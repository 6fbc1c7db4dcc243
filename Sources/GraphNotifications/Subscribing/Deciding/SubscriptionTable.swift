/// All subscriptions, and who waits for what: decided without network or store.
struct SubscriptionTable {
    typealias Waiter = CheckedContinuation<Result<Void, GraphError>, Never>

    /// One subscription.
    struct Entry {
        /// What is declared; `nil` if only the store knows it.
        var request: SubscriptionRequest?
        var record: SubscriptionRecord
        var machine: SubscriptionStateMachine
        var lastError: GraphError?
        /// When that was, in milliseconds since 1970.
        var lastErrorAt: Int64?
        /// What was logged last about it.
        var reported: String?
        var renewalWaiters: [Waiter] = []
        var deletionWaiters: [Waiter] = []
    }

    /// Something to do for one of them.
    struct Job: Sendable {
        var action: SubscriptionStateMachine.Action
        var request: SubscriptionRequest?
        var record: SubscriptionRecord

        /// What is declared; nothing else is created or renewed.
        var declared: SubscriptionRequest {
            guard let request = self.request else { preconditionFailure("\(self.record.name) is not declared") }
            return request
        }

        /// Who asks Graph: what was made in one account cannot be changed in another.
        var account: String {
            if case .create = self.action { return self.declared.account }
            return self.record.account
        }

        /// Whether several of its kind can be asked for at once.
        var batch: Batch? {
            switch self.action {
            case .renew: .renewals
            case .check: .checks
            default: nil
            }
        }
    }

    /// What can be asked for at once.
    enum Batch: Hashable {
        case renewals, checks
    }

    /// What somebody wants of one of them.
    enum Order {
        case renew, recreate, reauthorize, delete
    }

    /// With more than so many of a kind due for an account they are asked for together.
    static let handful = 4

    private let accounts: Set<String>
    private let notificationURL: String
    private let lifecycleNotificationURL: String?
    private var entries: [String: Entry] = [:]
    /// Requests, by account.
    private var inFlight: [String: Int] = [:]
    private(set) var hasEnded = false

    init(
        _ requests: [SubscriptionRequest], accounts: Set<String> = [SubscriptionAccount.defaultName], notificationURL: String,
        lifecycleNotificationURL: String?, now: Int64
    ) {
        self.accounts = accounts
        self.notificationURL = notificationURL
        self.lifecycleNotificationURL = lifecycleNotificationURL
        for request in requests where self.entries[request.name] == nil {
            self.entries[request.name] = Entry(
                request: request, record: Self.emptyRecord(request), machine: SubscriptionStateMachine(now: now)
            )
        }
    }

    private static func emptyRecord(_ request: SubscriptionRequest) -> SubscriptionRecord {
        SubscriptionRecord(
            name: request.name, account: request.account, resource: request.resource, changeTypes: request.changeTypes,
            notificationURL: "", clientState: ""
        )
    }

    /// Each of them, in no order.
    var all: Dictionary<String, Entry>.Values { self.entries.values }

    func entry(_ name: String) -> Entry? { self.entries[name] }

    // MARK: - What is declared

    /// Brings together what is declared and what the store knows.
    ///
    /// - Returns: The declarations that cannot work, and why.
    mutating func install(_ records: [SubscriptionRecord], now: Int64) -> [(name: String, error: GraphError)] {
        for record in records {
            guard var entry = self.entries[record.name], let request = entry.request else {
                self.entries[record.name] = Self.undeclared(record, now: now)
                continue
            }
            let isUndeclared = entry.machine.isUndeclared
            entry.record = record
            if let id = record.id {
                entry.machine = SubscriptionStateMachine(
                    id: id, expiresAt: record.expiresAt ?? .max, now: now, isCurrent: true, replacedID: record.replacedID
                )
                if record.authorizationWantedAt != nil { entry.machine.reauthorize(now: now) }
                self.compare(&entry, with: request, now: now)
            } else {
                // The last process ended between writing this and hearing from Graph.
                entry.machine = SubscriptionStateMachine(now: now, mayExist: true, replacedID: record.replacedID)
            }
            // Somebody may have wanted it deleted before the store was read.
            if isUndeclared { entry.machine.undeclare(now: now) }
            self.entries[record.name] = entry
        }
        return self.refused(Array(self.entries.keys), now: now)
    }

    private static func undeclared(_ record: SubscriptionRecord, now: Int64) -> Entry {
        var machine =
            record.id.map {
                SubscriptionStateMachine(
                    id: $0, expiresAt: record.expiresAt ?? .max, now: now, isCurrent: false, replacedID: record.replacedID
                )
            } ?? SubscriptionStateMachine(now: now, replacedID: record.replacedID)
        machine.undeclare(now: now)
        return Entry(request: nil, record: record, machine: machine)
    }

    private func compare(_ entry: inout Entry, with request: SubscriptionRequest, now: Int64) {
        let standing = request.standing(
            of: entry.record, notificationURL: self.notificationURL, lifecycleNotificationURL: self.lifecycleNotificationURL
        )
        switch standing {
        case .current: break
        case .moved: entry.machine.hurry(now: now)
        case .different(let createsFirst): entry.machine.replace(now: now, createsFirst: createsFirst)
        }
    }

    /// Takes another list of what shall be there. What is not in it any more goes.
    ///
    /// - Returns: The declarations that cannot work, and why.
    mutating func declare(_ requests: [SubscriptionRequest], now: Int64) -> [(name: String, error: GraphError)] {
        let requested = Dictionary(requests.map { ($0.name, $0) }) { first, _ in first }
        for (name, entry) in self.entries where requested[name] == nil {
            self.entries[name]?.request = nil
            self.entries[name]?.machine.undeclare(now: now)
            if entry.machine.isRemoved { self.entries[name] = nil }
        }
        for (name, request) in requested {
            guard var entry = self.entries[name] else {
                self.entries[name] = Entry(
                    request: request, record: Self.emptyRecord(request), machine: SubscriptionStateMachine(now: now)
                )
                continue
            }
            let isNew = entry.request != request
            entry.request = request
            if entry.machine.isUndeclared { entry.machine.redeclare(now: now) } else if !isNew { continue }
            if entry.machine.live == nil { entry.machine.hurry(now: now) } else { self.compare(&entry, with: request, now: now) }
            self.entries[name] = entry
        }
        return self.refused(Array(requested.keys), now: now)
    }

    private mutating func refused(_ names: [String], now: Int64) -> [(name: String, error: GraphError)] {
        var refused: [(name: String, error: GraphError)] = []
        for name in names {
            guard let request = self.entries[name]?.request else { continue }
            do throws(GraphError) {
                try self.validate(request)
            } catch {
                self.entries[name]?.machine.refuse()
                self.entries[name]?.lastError = error
                self.entries[name]?.lastErrorAt = now
                refused.append((name, error))
            }
        }
        return refused
    }

    private func validate(_ request: SubscriptionRequest) throws(GraphError) {
        guard self.accounts.contains(request.account) else {
            throw GraphError(
                .invalidDeclaration,
                "The subscription “\(request.name)” names the account “\(request.account)”, which there is not."
            )
        }
        try request.validate(lifecycleNotificationURL: self.lifecycleNotificationURL)
    }

    // MARK: - Jobs

    /// What is due now, longest overdue first, so far as each account has room for more requests.
    ///
    /// - Returns: What makes one request each, which is in flight from now on, and when the next is due; `nil` if nobody knows.
    mutating func takeDue(now: Int64, limit: Int) -> (requests: [[Job]], wake: Int64?) {
        var wake: Int64?
        var due: [String: [(due: Int64, job: Job)]] = [:]
        for entry in self.entries.values {
            guard let moment = entry.machine.dueAt else { continue }
            guard moment <= now else {
                wake = min(wake ?? .max, moment)
                continue
            }
            var machine = entry.machine
            let job = Job(action: machine.tick(now: now), request: entry.request, record: entry.record)
            switch job.action {
            case .wait, .nothing: continue
            default: due[job.account, default: []].append((moment, job))
            }
        }
        var requests: [[Job]] = []
        for (account, jobs) in due {
            let jobs = jobs.sorted { ($0.due, $0.job.record.name) < ($1.due, $1.job.record.name) }.map(\.job)
            let taken = Self.group(jobs, room: limit - self.inFlight[account, default: 0])
            self.inFlight[account, default: 0] += taken.count
            for job in taken.joined() { _ = self.entries[job.record.name]?.machine.tick(now: now) }
            requests += taken
        }
        return (requests, wake)
    }

    /// Makes requests of jobs, as far as there is room.
    private static func group(_ jobs: [Job], room: Int) -> [[Job]] {
        var counts: [Batch: Int] = [:]
        for job in jobs { if let batch = job.batch { counts[batch, default: 0] += 1 } }
        var requests: [[Job]] = []
        var open: [Batch: Int] = [:]
        for job in jobs {
            if let batch = job.batch, counts[batch, default: 0] > Self.handful, let index = open[batch],
                requests[index].count < GraphBatch.maximumSize
            {
                requests[index].append(job)
                continue
            }
            guard requests.count < room else { continue }
            if let batch = job.batch { open[batch] = requests.count }
            requests.append([job])
        }
        return requests
    }

    /// A request is over.
    mutating func finished(account: String) {
        self.inFlight[account, default: 1] -= 1
    }

    /// Notes how a job ended.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - error: Why it failed, if it did.
    ///   - isLast: Whether what was wanted is done with it; otherwise another job follows.
    ///   - now: The time.
    ///   - change: What becomes of the entry.
    /// - Returns: What `change` returned, and who waited for this, with what they are told.
    mutating func settle<Value>(
        _ job: Job, error: GraphError?, isLast: Bool, now: Int64, _ change: (inout Entry) -> Value
    ) -> (value: Value, waiters: [(Waiter, Result<Void, GraphError>)]) {
        let name = job.record.name
        guard var entry = self.entries[name] else { preconditionFailure("A subscription went while its job was in flight") }
        let value = change(&entry)
        entry.lastError = error
        entry.lastErrorAt = error == nil ? nil : now
        if error == nil, isLast { entry.reported = nil }
        var waiters: [(Waiter, Result<Void, GraphError>)] = []
        if error != nil || (isLast && (entry.machine.isSettled || entry.machine.isRemoved)) {
            let result: Result<Void, GraphError> =
                error.map { .failure($0) } ?? (entry.machine.isRemoved ? .failure(Self.unknown(name)) : .success(()))
            waiters += entry.renewalWaiters.map { ($0, result) }
            entry.renewalWaiters = []
        }
        if case .remove(_, forget: true) = job.action {
            let result: Result<Void, GraphError> = error.map { .failure($0) } ?? .success(())
            waiters += entry.deletionWaiters.map { ($0, result) }
            entry.deletionWaiters = []
        }
        // Something else may be declared by now.
        if error == nil, let request = entry.request, entry.machine.live != nil, !entry.machine.isUndeclared {
            self.compare(&entry, with: request, now: now)
        }
        // What is gone and not declared is of no interest to anybody.
        self.entries[name] = entry.machine.isRemoved && entry.request == nil ? nil : entry
        return (value, waiters)
    }

    private static func unknown(_ name: String) -> GraphError {
        GraphError(.notFound, "There is no subscription “\(name)”.")
    }

    /// Whether an error has not been reported of this one before.
    mutating func isNews(_ error: GraphError, of name: String) -> Bool {
        guard self.entries[name]?.reported != error.message else { return false }
        self.entries[name]?.reported = error.message
        return true
    }

    // MARK: - From outside

    /// Takes an order; `waiter` is told how it went.
    ///
    /// - Returns: What `waiter` has to be told at once; `nil` if it is told later.
    mutating func accept(_ order: Order, name: String, now: Int64, waiter: Waiter) -> Result<Void, GraphError>? {
        guard var entry = self.entries[name], let request = entry.request, !entry.machine.isRemoved,
            order == .delete || !entry.machine.isUndeclared
        else { return .failure(Self.unknown(name)) }
        if order != .delete {
            do throws(GraphError) {
                try self.validate(request)
            } catch {
                return .failure(error)
            }
        }
        switch order {
        case .renew: entry.machine.hurry(now: now)
        case .recreate: entry.machine.replace(now: now, createsFirst: false)
        case .reauthorize:
            guard entry.machine.live != nil else { return .failure(Self.unknown(name)) }
            // A renewal did the same just now, and Graph does not want both.
            guard !entry.machine.isFreshlyAuthorized(now: now) else { return .success(()) }
            entry.machine.reauthorize(now: now)
        case .delete: entry.machine.undeclare(now: now)
        }
        if order == .delete { entry.deletionWaiters.append(waiter) } else { entry.renewalWaiters.append(waiter) }
        self.entries[name] = entry
        return nil
    }

    /// Applies what Graph tells about one of them; what is over already changes nothing.
    ///
    /// - Returns: Whether it concerns what is there now.
    @discardableResult
    mutating func apply(_ event: LifecycleNotification.Event, to name: String, id: String, now: Int64) -> Bool {
        guard self.entries[name]?.machine.live?.id == id else { return false }
        switch event {
        case .reauthorizationRequired:
            self.entries[name]?.record.authorizationWantedAt = now
            self.entries[name]?.machine.reauthorize(now: now)
        case .subscriptionRemoved: self.entries[name]?.machine.lost(now: now)
        default: break
        }
        return true
    }

    /// Applies what Graph's list says about those of an account.
    mutating func apply(_ report: SubscriptionReconciler.Report, now: Int64, jitter: () -> Double) {
        for record in report.drifted {
            guard var entry = self.entries[record.name], let request = entry.request,
                let id = entry.machine.comparableID, id == record.id
            else { continue }
            if let expiresAt = record.expiresAt, expiresAt != entry.record.expiresAt {
                entry.machine.confirmed(
                    id: id, expiresAt: expiresAt, confirmedAt: record.confirmedAt ?? now, now: now, jitter: jitter()
                )
            }
            entry.record = record
            self.compare(&entry, with: request, now: now)
            self.entries[record.name] = entry
        }
        for name in report.missing { self.entries[name]?.machine.doubt(now: now) }
    }

    /// The record that a job has written.
    mutating func note(_ record: SubscriptionRecord) {
        self.entries[record.name]?.record = record
    }

    /// Nothing more will be done.
    ///
    /// - Returns: Those who wait in vain.
    mutating func end() -> [Waiter] {
        self.hasEnded = true
        var waiters: [Waiter] = []
        for (name, entry) in self.entries {
            waiters += entry.renewalWaiters + entry.deletionWaiters
            self.entries[name]?.renewalWaiters = []
            self.entries[name]?.deletionWaiters = []
        }
        return waiters
    }
}
