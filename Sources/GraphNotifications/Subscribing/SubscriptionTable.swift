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
    }

    /// What somebody wants of one of them.
    enum Order {
        case renew, delete
    }

    private var entries: [String: Entry] = [:]
    private var lifecycleNotificationURL: String?
    private var jobsInFlight = 0
    private(set) var hasEnded = false

    init(_ requests: [SubscriptionRequest], now: Int64) {
        for request in requests where self.entries[request.name] == nil {
            self.entries[request.name] = Entry(
                request: request, record: Self.emptyRecord(request), machine: SubscriptionStateMachine(now: now)
            )
        }
    }

    private static func emptyRecord(_ request: SubscriptionRequest) -> SubscriptionRecord {
        SubscriptionRecord(
            name: request.name, resource: request.resource, changeTypes: request.changeTypes, notificationURL: "",
            clientState: ""
        )
    }

    /// Brings together what is declared and what the store knows.
    ///
    /// - Returns: The declarations that cannot work, and why.
    mutating func install(
        _ records: [SubscriptionRecord], notificationURL: String, lifecycleNotificationURL: String?, now: Int64
    ) -> [(name: String, error: GraphError)] {
        self.lifecycleNotificationURL = lifecycleNotificationURL
        for record in records {
            guard var entry = self.entries[record.name] else {
                self.entries[record.name] = Self.undeclared(record, now: now)
                continue
            }
            let isUndeclared = entry.machine.isUndeclared
            if let id = record.id {
                let isCurrent = entry.request?.matches(record, notificationURL: notificationURL) ?? false
                entry.machine = SubscriptionStateMachine(
                    id: id, expiresAt: record.expiresAt ?? .max, now: now, isCurrent: isCurrent
                )
            } else {
                // The last process ended between writing this and hearing from Graph.
                entry.machine = SubscriptionStateMachine(now: now, mayExist: true)
            }
            // Somebody may have wanted it deleted before the store was read.
            if isUndeclared { entry.machine.undeclare(now: now) }
            entry.record = record
            self.entries[record.name] = entry
        }
        var refused: [(name: String, error: GraphError)] = []
        for (name, entry) in self.entries {
            do throws(GraphError) {
                try entry.request?.validate(lifecycleNotificationURL: lifecycleNotificationURL)
            } catch {
                self.entries[name]?.machine.refuse()
                self.entries[name]?.lastError = error
                refused.append((name, error))
            }
        }
        return refused
    }

    private static func undeclared(_ record: SubscriptionRecord, now: Int64) -> Entry {
        var machine =
            record.id.map {
                SubscriptionStateMachine(id: $0, expiresAt: record.expiresAt ?? .max, now: now, isCurrent: false)
            } ?? SubscriptionStateMachine(now: now)
        machine.undeclare(now: now)
        return Entry(request: nil, record: record, machine: machine)
    }

    /// The records of what is declared and was at Graph before.
    var declaredRecords: [SubscriptionRecord] {
        self.entries.values.filter { $0.request != nil && $0.machine.live != nil }.map(\.record)
    }

    /// Whether an id belongs to one of them.
    func isKnown(id: String) -> Bool {
        self.entries.values.contains { $0.machine.live?.id == id }
    }

    // MARK: - Jobs

    /// What is due now, longest overdue first, so far as there is room for more requests.
    ///
    /// - Returns: The jobs, which are in flight from now on, and when the next is due; `nil` if nobody knows yet.
    mutating func takeDue(now: Int64, limit: Int) -> (jobs: [Job], wake: Int64?) {
        let due = self.entries.compactMap { name, entry in entry.machine.dueAt.map { (due: $0, name: name) } }
            .sorted { $0 < $1 }
        var jobs: [Job] = []
        for (_, name) in due.prefix(while: { $0.due <= now }).prefix(max(0, limit - self.jobsInFlight)) {
            guard var entry = self.entries[name] else { continue }
            let action = entry.machine.tick(now: now)
            self.entries[name] = entry
            switch action {
            case .wait, .nothing: continue
            default: jobs.append(Job(action: action, request: entry.request, record: entry.record))
            }
        }
        self.jobsInFlight += jobs.count
        return (jobs, due.first { $0.due > now }?.due)
    }

    /// Notes how a job ended.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - error: Why it failed, if it did.
    ///   - isLast: Whether what was wanted is done with it; otherwise another job follows.
    ///   - change: What becomes of the entry.
    /// - Returns: What `change` returned, and who waited for this, with what they are told.
    mutating func settle<Value>(
        _ job: Job, error: GraphError?, isLast: Bool, _ change: (inout Entry) -> Value
    ) -> (value: Value, waiters: [(Waiter, Result<Void, GraphError>)]) {
        self.jobsInFlight -= 1
        let name = job.record.name
        guard var entry = self.entries[name] else { preconditionFailure("A subscription went while its job was in flight") }
        let value = change(&entry)
        entry.lastError = error
        if error == nil, isLast { entry.reported = nil }
        var waiters: [(Waiter, Result<Void, GraphError>)] = []
        if error != nil || isLast {
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
    /// - Returns: Why it cannot be taken; then `waiter` is not told.
    mutating func accept(_ order: Order, name: String, now: Int64, waiter: Waiter) -> GraphError? {
        guard var entry = self.entries[name], let request = entry.request, !entry.machine.isRemoved else {
            return Self.unknown(name)
        }
        switch order {
        case .renew:
            guard !entry.machine.isUndeclared else { return Self.unknown(name) }
            do throws(GraphError) {
                try request.validate(lifecycleNotificationURL: self.lifecycleNotificationURL)
            } catch {
                return error
            }
            entry.machine.hurry(now: now)
            entry.renewalWaiters.append(waiter)
        case .delete:
            entry.machine.undeclare(now: now)
            entry.deletionWaiters.append(waiter)
        }
        self.entries[name] = entry
        return nil
    }

    /// Applies what Graph tells about one of them.
    ///
    /// - Returns: Its name; `nil` if it is not known, or the sender does not know its secret.
    mutating func apply(_ lifecycle: LifecycleNotification, now: Int64) -> String? {
        let match = self.entries.first { $0.value.machine.live?.id == lifecycle.subscriptionID }
        guard let (name, entry) = match, ClientState.matches(lifecycle.clientState, entry.record.clientState) else {
            return nil
        }
        switch lifecycle.event {
        case .reauthorizationRequired: self.entries[name]?.machine.reauthorize(now: now)
        case .subscriptionRemoved: self.entries[name]?.machine.lost(now: now)
        default: break
        }
        return name
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

    // MARK: - What is known

    /// How many are alive.
    var activeCount: Int {
        self.entries.values.count { $0.request != nil && $0.machine.live != nil }
    }

    /// All of them, by name.
    var status: [SubscriptionStatus] {
        self.entries.values.compactMap { entry in
            entry.request.map { request in
                SubscriptionStatus(
                    name: request.name, id: entry.machine.live?.id, resource: request.resource,
                    changeTypes: request.changeTypes, state: entry.machine.label,
                    expiresAt: entry.machine.live?.expiresAt,
                    renewsAt: entry.machine.dueAt.flatMap { $0 == .max ? nil : $0 },
                    lastError: entry.lastError?.message
                )
            }
        }
        .sorted { $0.name < $1.name }
    }
}
