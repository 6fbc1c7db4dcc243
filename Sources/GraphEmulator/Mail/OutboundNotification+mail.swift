import GraphNotifications
import NIOCore

extension OutboundNotification {
    /// What a subscription hears about a message.
    ///
    /// - Parameters:
    ///   - id: The item's own id.
    ///   - content: What a rich subscription is told of it.
    ///   - audience: To whom a rich one is sent.
    init(
        of subscription: EmulatedSubscription, change: ChangeTypes, message: EmulatedMessage, user: EmulatedUser, id: String,
        content: UnsealedContent? = nil, audience: TokenAudience? = nil
    ) {
        let isRich = audience != nil
        let resource = isRich ? "Users('\(user.id)')/messages('\(message.id)')" : "Users/\(user.id)/Messages/\(message.id)"
        var data = JSONObject()
        data.set("@odata.type", "#Microsoft.Graph.Message")
        data.set("@odata.id", resource)
        data.set("@odata.etag", message.etag)
        data.set("id", message.id)
        var item = JSONObject()
        item.set("id", id)
        item.set("subscriptionId", subscription.id)
        item.set("subscriptionExpirationDateTime", GraphDateTime.withOffset(subscription.expiresAt))
        item.set("clientState", subscription.clientState)
        item.set("changeType", change.description)
        item.set("resource", resource)
        item.set("tenantId", subscription.tenantID)
        item.set("resourceData", data)
        self.init(subscriptionID: subscription.id, json: item.bytes, content: content, audience: audience)
    }
}
