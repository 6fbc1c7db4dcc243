import GraphNotifications
import NIOCore

extension OutboundNotification {
    /// What a subscription hears about a change.
    ///
    /// - Parameters:
    ///   - type: What has happened from its point of view.
    ///   - id: The item's own id.
    ///   - content: What a rich subscription is told of it.
    ///   - audience: To whom a rich one is sent.
    init(
        of subscription: EmulatedSubscription, change type: ChangeTypes, to change: ResourceChange, id: String,
        content: UnsealedContent? = nil, audience: TokenAudience? = nil
    ) {
        var item = JSONObject()
        item.set("id", id)
        item.set("subscriptionId", subscription.id)
        item.set("subscriptionExpirationDateTime", GraphDateTime.withOffset(subscription.expiresAt))
        item.set("clientState", subscription.clientState)
        item.set("changeType", type.description)
        item.set("resource", change.resource(for: subscription))
        item.set("tenantId", subscription.tenantID)
        item.set("resourceData", change.resourceData(for: subscription))
        self.init(subscriptionID: subscription.id, json: item.bytes, content: content, audience: audience)
    }
}
