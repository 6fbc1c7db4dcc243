/// A place in Azure that notifications go to instead of a webhook: Event Hubs or Event Grid.
///
/// There is no handshake with it. The emulator has no Azure: what is sent there is taken as delivered, and only the log
/// tells of it.
struct HubEndpoint: Sendable, Equatable {
    enum Service: Sendable {
        case eventHub, eventGrid
    }

    let service: Service

    /// - Returns: `nil` if the URL is another one.
    init?(_ url: String) {
        switch url.prefix(while: { $0 != ":" }).lowercased() {
        case "eventhub": self.service = .eventHub
        case "eventgrid": self.service = .eventGrid
        default: return nil
        }
    }
}

extension EmulatedGraph {
    /// Sends what an event hub gets in place of a handshake: an event about nothing.
    mutating func greet(_ url: String, now: Int64) {
        guard HubEndpoint(url)?.service == .eventHub else { return }
        var data = JSONObject()
        data.set("@odata.type", "NA")
        data.set("@odata.id", "NA")
        data.set("id", "NA")
        var item = JSONObject()
        item.set("subscriptionId", "NA")
        item.set("subscriptionExpirationDateTime", "NA")
        item.set("clientState", "NA")
        item.set("changeType", ValidationCall.token(requestID: self.random.guid()))
        item.set("resource", "NA")
        item.set("resourceData", data)
        _ = self.deliveries.add(OutboundNotification(subscriptionID: "NA", json: item.bytes), to: url, now: now)
    }
}
