/// Compares what Graph lists with what is known here. Pure.
struct SubscriptionReconciler {
    /// What is known of one.
    struct Known {
        var record: SubscriptionRecord
        /// Graph's ids of it, and of what it took the place of.
        var ids: [String]
        /// Graph's id of it, if it is there and nothing is under way.
        var restingID: String?
        /// Whether Graph may have one that is not known yet.
        var mayBeCreated: Bool
    }

    struct Report {
        /// Records that differ from what Graph says, as Graph says it.
        var drifted: [SubscriptionRecord] = []
        /// Names of those that the list does not have.
        var missing: [String] = []
        /// Ours by application and URL, and declared by nobody.
        var orphans: [GraphSubscription] = []
    }

    /// The application whose subscriptions were listed, if it is known.
    var applicationID: String?
    /// When the list was asked for, in milliseconds since 1970: it says nothing of what was confirmed since.
    var listedAt: Int64
    /// Where ours send to.
    var notificationURL: String
    /// Whether an id is known in another way.
    var isKnown: (String) -> Bool

    func compare(_ listed: [GraphSubscription], with known: [Known]) -> Report {
        var report = Report()
        let byID = Dictionary(listed.map { ($0.id, $0) }) { first, _ in first }
        for one in known {
            guard let id = one.restingID, (one.record.confirmedAt ?? 0) < self.listedAt else { continue }
            guard let subscription = byID[id] else {
                report.missing.append(one.record.name)
                continue
            }
            let actual = one.record.corrected(by: subscription)
            var known = one.record
            if known.createdAt == nil {
                // Written before it was kept when one was created, and where its lifecycle notifications go.
                known.createdAt = actual.createdAt
                known.lifecycleNotificationURL = actual.lifecycleNotificationURL
            }
            if actual != known { report.drifted.append(actual) }
        }
        let ids = Set(known.flatMap(\.ids))
        report.orphans = listed.filter { subscription in
            subscription.notificationURL == self.notificationURL && !ids.contains(subscription.id)
                && self.isOurs(subscription) && !self.isKnown(subscription.id)
                // The answer to our own create may be on its way.
                && !known.contains { $0.mayBeCreated && $0.record.isTwin(of: subscription) }
        }
        return report
    }

    private func isOurs(_ subscription: GraphSubscription) -> Bool {
        guard let ours = self.applicationID, let theirs = subscription.applicationID else { return true }
        return ours.lowercased() == theirs.lowercased()
    }
}

extension SubscriptionRecord {
    /// How far apart two expiries may be that are the same, in milliseconds: Graph rounds.
    private static let tolerance: Int64 = 2_000

    /// The record with what Graph says.
    func corrected(by subscription: GraphSubscription) -> SubscriptionRecord {
        var record = self
        if abs((self.expiresAt ?? 0) - subscription.expiresAt) > Self.tolerance { record.expiresAt = subscription.expiresAt }
        if RequestedCombination.differ(self.resource, subscription.resource) { record.resource = subscription.resource }
        // Empty: Graph names one that is unknown here.
        if !subscription.changeTypes.isEmpty { record.changeTypes = subscription.changeTypes }
        record.notificationURL = subscription.notificationURL
        record.lifecycleNotificationURL = subscription.lifecycleNotificationURL
        record.createdAt = self.createdAt ?? self.confirmedAt
        // Graph does not always tell.
        if let id = subscription.encryptionCertificateID, self.certificateID != nil { record.certificateID = id }
        return record
    }

    /// Whether Graph takes the two for the same.
    func isTwin(of subscription: GraphSubscription) -> Bool { self.combination == subscription.combination }
}
