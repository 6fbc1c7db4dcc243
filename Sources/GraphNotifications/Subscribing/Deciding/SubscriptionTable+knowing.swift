/// What is known.
extension SubscriptionTable {
    /// The records of what is declared and was at Graph before.
    var declaredRecords: [SubscriptionRecord] {
        self.all.filter { $0.request != nil && $0.machine.live != nil }.map(\.record)
    }

    /// What is declared under this name, and shall be there.
    func declared(_ name: String) -> SubscriptionRequest? {
        self.entry(name).flatMap { $0.machine.isUndeclared ? nil : $0.request }
    }

    /// Whether an id belongs to one of them.
    func isKnown(id: String) -> Bool {
        self.all.contains { $0.machine.ids.contains(id) }
    }

    /// What Graph's list is compared with.
    func known(in account: String) -> [SubscriptionReconciler.Known] {
        self.all.filter { $0.record.account == account || $0.request?.account == account }.map { entry in
            SubscriptionReconciler.Known(
                record: entry.record, ids: entry.machine.ids + [entry.record.replacedID].compactMap(\.self),
                restingID: entry.machine.comparableID, mayBeCreated: entry.machine.mayBeCreated
            )
        }
    }

    /// Whether there is nothing to do at this moment: no request is in flight, and nothing is due.
    func isAtRest(now: Int64) -> Bool {
        self.all.allSatisfy { entry in entry.machine.isRemoved || entry.machine.dueAt.map { $0 > now } ?? false }
    }

    /// How many are alive.
    var activeCount: Int {
        self.all.count { $0.request != nil && $0.machine.live != nil }
    }

    /// All of them, by name.
    ///
    /// - Parameters:
    ///   - now: The time in milliseconds since 1970.
    ///   - rhythm: When notifications of one came.
    ///   - certificateExpiry: When a certificate expires.
    func status(
        now: Int64, rhythm: (String) -> EventRhythm?, certificateExpiry: (String) -> Int64?
    ) -> [SubscriptionStatus] {
        self.all.compactMap { entry in
            guard let request = entry.request else { return nil }
            let rhythm = rhythm(request.name)
            let live = entry.machine.live
            return SubscriptionStatus(
                name: request.name, account: request.account, tenantID: entry.record.tenantID, id: live?.id,
                resource: request.resource, changeTypes: request.changeTypes, state: entry.machine.label,
                createdAt: entry.record.createdAt, confirmedAt: entry.record.confirmedAt, expiresAt: live?.expiresAt,
                renewsAt: entry.machine.dueAt.flatMap { $0 == .max ? nil : $0 },
                lastError: entry.lastError?.message, lastErrorAt: entry.lastErrorAt, failures: entry.machine.failures,
                lastEventAt: rhythm?.last, usualGap: rhythm?.usualGap.map { .milliseconds($0) },
                isSilent: rhythm?.isSilent(now: now) ?? false, certificateID: entry.record.certificateID,
                certificateExpiresAt: entry.record.certificateID.flatMap(certificateExpiry)
            )
        }
        .sorted { $0.name < $1.name }
    }
}
