/// What an administrator does in the portal: permissions of applications come and go.
extension EmulatedGraph {
    /// Gives an application a permission, or takes it away. Tokens that were given out keep what they have.
    ///
    /// Where a permission that is taken away was needed, `reauthorizationRequired` is sent, and the authorization ends.
    ///
    /// - Parameters:
    ///   - key: The application's id or name.
    ///   - tenantKey: The tenant's id or name; the first one in which there is such an application, if it is not given.
    /// - Returns: The tenant's id, and the application as it is now.
    mutating func setPermission(
        _ name: String, isGranted: Bool, isDelegated: Bool, to key: String, in tenantKey: String?, now: Int64
    ) throws(GraphEmulatorError) -> (tenantID: String, application: EmulatedApplication) {
        let tenants = self.tenants.indices.filter { tenantKey.map(self.tenants[$0].isCalled) ?? true }
        guard !tenants.isEmpty else {
            throw .unknown(tenantKey ?? "", .unknownTenant, what: "tenant", among: self.tenants.flatMap { [$0.id, $0.name] })
        }
        let all = self.tenants
        guard let tenant = tenants.first(where: { all[$0].applications.contains { $0.isCalled(key) } }),
            let index = all[tenant].applications.firstIndex(where: { $0.isCalled(key) })
        else {
            let known = tenants.flatMap { all[$0].applications.flatMap { [$0.id, $0.name] } }
            throw .unknown(key, .unknownApplication, what: "application", among: known)
        }
        var application = self.tenants[tenant].applications[index]
        let list: WritableKeyPath<EmulatedApplication, [String]> =
            isDelegated ? \.delegatedPermissions : \.applicationPermissions
        let known =
            (isDelegated ? ResourceFamily.allDelegatedPermissions : ResourceFamily.allApplicationPermissions)
            + application[keyPath: list]
        guard let permission = known.first(where: { $0.lowercased() == name.lowercased() }) else {
            throw .unknown(
                name, .unknownPermission, what: isDelegated ? "delegated permission" : "application permission", among: known
            )
        }
        application[keyPath: list].removeAll { $0 == permission }
        if isGranted { application[keyPath: list].append(permission) }
        self.tenants[tenant].applications[index] = application
        let tenantID = self.tenants[tenant].id
        if !isGranted { self.withdrawConsent(of: application, in: tenantID, isDelegated: isDelegated, now: now) }
        return (tenantID, application)
    }

    private mutating func withdrawConsent(
        of application: EmulatedApplication, in tenantID: String, isDelegated: Bool, now: Int64
    ) {
        let left = Set(isDelegated ? application.delegatedPermissions : application.applicationPermissions)
        for subscription in self.subscriptions.live(at: now) where subscription.isOf(application.id, in: tenantID) {
            guard subscription.isForUser == isDelegated, let family = subscription.family,
                left.isDisjoint(with: family.permissions(for: .read, isAppOnly: !isDelegated))
            else { continue }
            _ = self.requireReauthorization(of: subscription.id, isRevoked: true, now: now)
        }
    }

    /// Lets the authorization of a subscription end at another moment than that of its token.
    ///
    /// - Returns: Whether there is such a subscription.
    mutating func endAuthorization(of id: String, at moment: Int64, now: Int64) -> Bool {
        guard let subscription = self.subscriptions.subscription(id: id, now: now) else { return false }
        self.authorize(subscription, until: moment, now: now)
        return true
    }
}

extension EmulatedTenant {
    fileprivate func isCalled(_ key: String) -> Bool {
        [self.id.lowercased(), self.name.lowercased()].contains(key.lowercased())
    }
}

extension EmulatedApplication {
    fileprivate func isCalled(_ key: String) -> Bool {
        [self.id.lowercased(), self.name.lowercased()].contains(key.lowercased())
    }
}

extension GraphEmulatorError {
    /// A name that nobody has, and the one that may have been meant.
    static func unknown(_ word: String, _ code: Code, what: String, among known: [String]) -> GraphEmulatorError {
        GraphEmulatorError(code, AdminRefusal.unknown(word, what: what, among: known).sentence)
    }
}
