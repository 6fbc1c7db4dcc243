/// The sign-in service: tokens for applications that prove who they are, and for users who let an application act.
extension EmulatedGraph {
    /// What the token endpoint of a tenant gives.
    mutating func token(_ form: SignInForm, tenant: String, now: Int64) throws(SignInRefusal) -> TokenGrant {
        let grant = try form.required("grant_type")
        switch grant {
        case "client_credentials": return try self.applicationToken(form, tenant: tenant, now: now)
        case "urn:ietf:params:oauth:grant-type:device_code", "device_code":
            let (application, _) = try self.proven(form, tenant: tenant, isPublicEnough: true, now: now)
            // "code" is what the older endpoint calls it.
            let code = if let code = form["code"] { code } else { try form.required("device_code") }
            let (entry, userID) = try self.deviceCodes.poll(deviceCode: code, applicationID: application.id, now: now)
            return try self.userToken(
                RefreshTokenTable.Entry(
                    tenantID: entry.tenantID, applicationID: entry.applicationID, userID: userID, scope: entry.scope
                ), now: now
            )
        case "refresh_token":
            let (application, _) = try self.proven(form, tenant: tenant, isPublicEnough: true, now: now)
            guard var entry = self.refreshTokens.entry(try form.required("refresh_token")),
                entry.applicationID == application.id
            else { throw .unknownRefreshToken }
            if let text = form["scope"], let tenant = self.tenant(entry.tenantID) {
                let asked = try RequestedScope.user(text, of: tenant)
                entry.scope.audience = asked.audience
                if !asked.permissions.isEmpty { entry.scope.permissions = asked.permissions }
            }
            return try self.userToken(entry, now: now)
        default: throw .unsupportedGrant(grant)
        }
    }

    /// Begins a sign-in on another device.
    mutating func deviceCode(_ form: SignInForm, tenant: String, now: Int64) throws(SignInRefusal) -> DeviceCodeTable.Entry {
        let id = try form.clientID()
        let (found, application) = try self.registration(of: id, tenant: tenant, isForUsers: true)
        guard application.isPublicClient else { throw .secretRequired }
        return self.deviceCodes.add(
            scope: try RequestedScope.user(try form.required("scope"), of: found), tenantID: found.id,
            applicationID: application.id, interval: self.settings.deviceCodeInterval, now: now, random: &self.random
        )
    }

    /// A user types a code and decides.
    ///
    /// - Returns: `false` if nobody waits for this code, or the user does not belong to the tenant.
    mutating func decide(userCode: String, user key: String, isApproved: Bool, now: Int64) -> Bool {
        guard let entry = self.deviceCodes.pending(userCode: userCode, now: now),
            let user = self.tenant(entry.tenantID)?.user(key)
        else { return false }
        self.deviceCodes.decide(userCode: userCode, isApproved ? .approved(userID: user.id) : .declined)
        return true
    }

    /// A token for an identity whose credentials the platform keeps.
    ///
    /// - Parameter isChosen: Says which; the first will do if nothing is asked for.
    func identityToken(
        resource: String, now: Int64, isChosen: (EmulatedApplication, EmulatedApplication.ManagedIdentity) -> Bool
    ) -> TokenGrant? {
        for tenant in self.tenants {
            for application in tenant.applications {
                guard let identity = application.managedIdentity, isChosen(application, identity) else { continue }
                return self.grant(
                    to: application, in: tenant, audience: resource, proof: .certificate, lifetime: Self.identityLifetime,
                    now: now
                )
            }
        }
        return nil
    }

    func tenant(_ id: String) -> EmulatedTenant? {
        self.tenants.first { $0.id.lowercased() == id.lowercased() }
    }

    /// Tokens of managed identities last for a day, in milliseconds.
    private static let identityLifetime: Int64 = 86_400_000

    private mutating func applicationToken(
        _ form: SignInForm, tenant: String, now: Int64
    ) throws(SignInRefusal) -> TokenGrant {
        guard !Self.shared.contains(tenant.lowercased()) else { throw .tenantRequired }
        let (application, proof) = try self.proven(form, tenant: tenant, isPublicEnough: false, now: now)
        guard let found = self.tenant(tenant) else { throw .unknownTenant(tenant) }
        // The older endpoint asks for a resource.
        let text = if let resource = form["resource"] { "\(resource)/.default" } else { try form.required("scope") }
        let scope = try RequestedScope.application(text, of: found)
        return self.grant(
            to: application, in: found, audience: scope.audience, proof: proof, lifetime: self.settings.tokenLifetime, now: now
        )
    }

    private func grant(
        to application: EmulatedApplication, in tenant: EmulatedTenant, audience: String, proof: TokenClaims.Proof,
        lifetime: Int64, now: Int64
    ) -> TokenGrant {
        let version = self.version(of: audience, in: tenant)
        var claims = TokenClaims(
            version, audience: audience, tenantID: tenant.id, issuedTo: application.id, proof: proof,
            objectID: application.servicePrincipalID, now: now, lifetime: lifetime
        )
        claims.kind = "app"
        claims.roles = application.applicationPermissions
        return TokenGrant(
            token: TokenGrant.Token(claims: claims, version: version), signer: self.keys.signer, lifetime: lifetime / 1000
        )
    }

    private mutating func userToken(_ entry: RefreshTokenTable.Entry, now: Int64) throws(SignInRefusal) -> TokenGrant {
        guard let tenant = self.tenant(entry.tenantID), let application = tenant.application(entry.applicationID),
            let user = tenant.user(entry.userID)
        else { throw .unknownRefreshToken }
        let given = application.delegatedPermissions
        let permissions = entry.scope.permissions.contains(".default") ? given : entry.scope.permissions
        guard Set(permissions).isSubset(of: given) else {
            throw .noConsent(application: application.id, name: application.name)
        }
        let lifetime = self.settings.tokenLifetime
        let version = self.version(of: entry.scope.audience, in: tenant)
        var claims = TokenClaims(
            version, audience: entry.scope.audience, tenantID: tenant.id, issuedTo: application.id, proof: .none,
            objectID: user.id, now: now, lifetime: lifetime
        )
        claims.kind = "user"
        claims.scopes = permissions.joined(separator: " ")
        claims.name = user.displayName
        claims.userPrincipalName = user.userPrincipalName
        if user.isAdministrator { claims.directoryRoles = [Caller.administratorRole] }
        var grant = TokenGrant(
            token: TokenGrant.Token(claims: claims, version: version), signer: self.keys.signer, lifetime: lifetime / 1000,
            scope: permissions.map { "\(entry.scope.audience)/\($0)" }.joined(separator: " ")
        )
        if entry.scope.wantsIdentity {
            var identity = TokenClaims(
                .v2, audience: application.id, tenantID: tenant.id, issuedTo: application.id, proof: .none, objectID: user.id,
                now: now, lifetime: lifetime
            )
            identity.applicationV2 = nil
            identity.proofV2 = nil
            identity.name = user.displayName
            identity.preferredUsername = user.userPrincipalName
            grant.identity = TokenGrant.Token(claims: identity, version: .v2)
        }
        if entry.scope.wantsRefresh { grant.refreshToken = self.refreshTokens.issue(entry, random: &self.random) }
        return grant
    }

    /// Names in place of a tenant's that mean whichever tenant the user is from.
    static let shared = ["common", "organizations", "consumers"]

    private func registration(
        of id: String, tenant name: String, isForUsers: Bool
    ) throws(SignInRefusal) -> (EmulatedTenant, EmulatedApplication) {
        if isForUsers, Self.shared.contains(name.lowercased()) {
            for tenant in self.tenants {
                if let application = tenant.application(id) { return (tenant, application) }
            }
            throw .unknownApplication(id, tenant: name)
        }
        guard let tenant = self.tenant(name) else { throw .unknownTenant(name) }
        guard let application = tenant.application(id) else { throw .unknownApplication(id, tenant: tenant.name) }
        return (tenant, application)
    }

    /// The application that asks, and how it proves that it is the one it says.
    ///
    /// - Parameter isPublicEnough: Whether an application without a secret may ask too.
    private mutating func proven(
        _ form: SignInForm, tenant: String, isPublicEnough: Bool, now: Int64
    ) throws(SignInRefusal) -> (EmulatedApplication, TokenClaims.Proof) {
        if let text = form["client_assertion"] {
            guard try form.required("client_assertion_type") == ClientAssertion.type else { throw .malformedAssertion }
            let named = form["client_id"] ?? (try? SignedToken<ClientAssertion>(text))?.claims.subject
            guard let id = named else { throw .missing("client_id") }
            let (found, application) = try self.registration(of: id, tenant: tenant, isForUsers: isPublicEnough)
            let claims = try ClientAssertion.check(
                text, of: application, tenantID: Self.shared.contains(tenant.lowercased()) ? tenant : found.id, now: now
            )
            if self.settings.refusesReplayedAssertions, let id = claims.id, !self.assertions.isNew(id) {
                throw .replayedAssertion
            }
            return (application, .certificate)
        }
        let id = try form.clientID()
        let (_, application) = try self.registration(of: id, tenant: tenant, isForUsers: isPublicEnough)
        guard let secret = form.secret else {
            if isPublicEnough, application.isPublicClient { return (application, .none) }
            throw .secretRequired
        }
        guard let known = application.secrets.first(where: { $0.value == secret }) else {
            throw .wrongSecret(application: application.id)
        }
        guard known.expiresAt ?? .max > now else { throw .expiredSecret(application: application.id) }
        return (application, .secret)
    }

    /// Graph takes tokens of the first form; an application says itself which it takes.
    private func version(of audience: String, in tenant: EmulatedTenant) -> TokenVersion {
        let lowered = audience.lowercased()
        let id = lowered.hasPrefix("api://") ? String(lowered.dropFirst("api://".count)) : lowered
        return tenant.application(id)?.tokenVersion ?? .v1
    }
}
