/// How many subscriptions there may be.
extension EmulatedGraph {
    /// Throws what Graph answers when one more would be too many.
    mutating func checkQuotas(for proposal: SubscriptionProposal, now: Int64) throws(GraphRefusal) {
        let counted = self.subscriptions.counted(at: now)
        guard counted.count < self.settings.limits.subscriptions else { throw .tooMany }
        let caller = proposal.caller
        let quotas = self.tenant(caller.tenantID)?.application(caller.applicationID)?.quotas ?? self.settings.quotas
        // There may be ten thousand: they are counted, not copied.
        let inTenant = counted.lazy.filter { $0.tenantID == caller.tenantID }
        guard let family = proposal.family else { return }
        if family.isMailbox, let owner = proposal.ownerID {
            let others = inTenant.count { $0.ownerID == owner && $0.family?.isMailbox == true }
            guard others < quotas.perMailbox else { throw .tooManyForMailbox(limit: quotas.perMailbox) }
        }
        let quota = ApplicationQuota(caller: caller, resource: proposal.path.pattern)
        if family.isDirectory {
            let alike = counted.lazy.filter { $0.family == family }
            try quota.check(
                alike.count { $0.isOf(caller.applicationID, in: caller.tenantID) },
                limit: quotas.directoryPerApplicationAndTenant
            )
            try quota.check(alike.count { $0.tenantID == caller.tenantID }, limit: quotas.directoryPerTenant, of: .tenant)
            try quota.check(
                alike.count { $0.applicationID == caller.applicationID }, limit: quotas.directoryPerApplication
            )
        }
        if family.isTeams {
            let alike = inTenant.filter { $0.resourcePath == proposal.path.resource }
            try quota.check(
                alike.count { $0.applicationID == caller.applicationID }, limit: quotas.teamsPerApplicationAndResource
            )
            if proposal.path.segments.contains(where: { $0.lowercased() == "users" }) {
                try quota.check(alike.count, limit: quotas.teamsPerUser, of: .user)
            }
            try quota.check(inTenant.count { $0.family?.isTeams == true }, limit: quotas.teamsPerTenant, of: .tenant)
        }
        if family == .callRecord {
            try quota.check(inTenant.count { $0.family == family }, limit: quotas.callRecordsPerTenant, of: .tenant)
        }
        if family == .presence {
            let others = self.subscriptions.presences(at: now)
            guard !others.contains(where: { $0.isOwned(by: caller) }) else { throw .presenceExists }
        }
        if family == .approval {
            let alike = inTenant.filter { $0.family == family }
            try quota.check(
                alike.count { $0.applicationID == caller.applicationID }, limit: quotas.approvalsPerApplicationAndTenant
            )
            try quota.check(alike.count, limit: quotas.approvalsPerTenant, of: .tenant)
        }
    }
}

/// Says in Graph's words that somebody has as many subscriptions as allowed.
private struct ApplicationQuota {
    enum Holder: String {
        case application = "App"
        case tenant = "Tenant"
        case user = "User"
    }

    let caller: Caller
    /// The path with its keys left out.
    let resource: String

    func check(_ count: Int, limit: Int, of holder: Holder = .application) throws(GraphRefusal) {
        guard count >= limit else { return }
        let name =
            switch holder {
            case .application: self.caller.applicationID
            case .tenant: self.caller.tenantID
            case .user: self.caller.principalID
            }
        throw .tooManyOf(
            self.resource, holder: "\(holder.rawValue) '\(name)'", limit: limit, tenantID: self.caller.tenantID
        )
    }
}
