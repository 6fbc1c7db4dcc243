import GraphNotifications
import NIOCore

/// One item of a notification, as it will be sent: encoded once, the same in every attempt.
struct OutboundNotification: Sendable, Equatable {
    let subscriptionID: String
    let json: ByteBuffer

    init(subscriptionID: String, json: ByteBuffer) {
        self.subscriptionID = subscriptionID
        self.json = json
    }

    /// What a subscription hears about a change.
    ///
    /// - Parameters:
    ///   - type: What has happened from its point of view.
    ///   - id: The item's own id.
    init(of subscription: EmulatedSubscription, change type: ChangeTypes, to change: ResourceChange, id: String) {
        var item = JSONObject()
        item.set("id", id)
        item.set("subscriptionId", subscription.id)
        item.set("subscriptionExpirationDateTime", GraphDateTime.withOffset(subscription.expiresAt))
        item.set("clientState", subscription.clientState)
        item.set("changeType", type.description)
        item.set("resource", change.resource(for: subscription))
        item.set("tenantId", subscription.tenantID)
        item.set("resourceData", change.resourceData(for: subscription))
        self.init(subscriptionID: subscription.id, json: item.bytes)
    }

    /// The body of a `POST` with these items.
    static func body(of items: some Collection<OutboundNotification>) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(items.reduce(12) { $0 + $1.json.readableBytes + 1 })
        body.writeStaticString("{\"value\":[")
        for (index, item) in items.enumerated() {
            if index > 0 { body.writeInteger(UInt8(ascii: ",")) }
            body.writeImmutableBuffer(item.json)
        }
        body.writeStaticString("]}")
        return body
    }
}
