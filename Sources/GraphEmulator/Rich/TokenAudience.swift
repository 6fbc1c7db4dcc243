/// Whom a validation token is for: one application in one tenant.
struct TokenAudience: Sendable, Hashable {
    var applicationID: String
    var tenantID: String
    /// What the token names; another application's id if the subscription asked for that.
    var name: String
    var version: TokenVersion
}

extension EmulatedGraph {
    /// Whom the validation token of a rich subscription's notifications is for, in the form that this application wants.
    func audience(of subscription: EmulatedSubscription) -> TokenAudience {
        let name = subscription.notificationURLAppID ?? subscription.applicationID
        let tenant = self.tenant(subscription.tenantID)
        return TokenAudience(
            applicationID: subscription.applicationID, tenantID: subscription.tenantID, name: name,
            version: tenant?.application(name)?.tokenVersion ?? .v1
        )
    }
}
