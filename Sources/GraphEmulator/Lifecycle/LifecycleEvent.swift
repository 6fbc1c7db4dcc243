/// What can happen to a subscription itself.
enum LifecycleEvent: String, Sendable {
    /// Its authorization, or it itself, is about to expire.
    case reauthorizationRequired
    /// It is gone, and nobody asked for that.
    case subscriptionRemoved
    /// Notifications were lost.
    case missed

    /// Graph tells only some of its resources' subscriptions.
    func isToldTo(_ subscription: EmulatedSubscription) -> Bool {
        switch self {
        case .reauthorizationRequired: true
        case .missed: subscription.workload == .outlook
        case .subscriptionRemoved:
            subscription.workload == .outlook
                || subscription.workload == .teams
                    && ["messages", "getallmessages"].contains(
                        subscription.canonicalResource.prefix { $0 != "?" }.split(separator: "/").last ?? "")
        }
    }
}
