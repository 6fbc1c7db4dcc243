/// Who may see a subscription, and who may change it. For all others it is as if it did not exist.
extension EmulatedSubscription {
    /// The permission that shows more than one's own.
    private static let widePermission = "Subscription.Read.All"

    func isOf(_ application: String, in tenant: String) -> Bool {
        self.applicationID == application && self.tenantID == tenant
    }

    /// An application sees what it created, for itself or for users; for a user it sees what it created for that user. With a
    /// permission of its own it sees the user's of every application, and an administrator's token shows everybody's.
    func isVisible(to caller: Caller) -> Bool {
        guard self.tenantID == caller.tenantID else { return false }
        guard let userID = caller.userID else { return self.applicationID == caller.applicationID }
        guard caller.permissions.contains(Self.widePermission) else { return self.isOwned(by: caller) }
        return caller.isAdministrator || self.creatorID == userID
    }

    /// Renewed and deleted it is with the same kind of token, of the same application and user, as it was created with.
    func isOwned(by caller: Caller) -> Bool {
        self.isOf(caller.applicationID, in: caller.tenantID) && self.creatorID == caller.principalID
    }
}
