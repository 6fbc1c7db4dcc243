import GraphNotifications
import Hummingbird

/// Prints what happens in a mailbox: `tidings emulate` in one terminal, `swift run` in another.
@main
struct Notifications {
    static func main() async throws {
        let emulator = GraphCloud(authority: "http://127.0.0.1:8081", graph: "http://127.0.0.1:8081")
        let credential = ClientSecretCredential(
            tenantID: "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611", clientID: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924",
            clientSecret: "contoso-development-secret", cloud: emulator, httpClient: .shared)
        let secret = ClientState.random()
        let mail = SubscriptionRequest(
            name: "sales", resource: "users/sales@example.com/messages", changeTypes: [.created, .deleted], clientState: secret)
        let manager = SubscriptionManager(
            graph: GraphClient(baseURL: emulator.baseURL, credential: credential, httpClient: .shared),
            store: InMemorySubscriptionStore(), directory: SubscriptionDirectory(),
            notificationURL: "http://127.0.0.1:8089/graph", requests: [mail])
        let webhook = WebhookReceiver(clientState: secret) { print($0.changeType, $0.resource) }
        let router = Router().addRoutes(webhook.routes(), atPath: "/graph")
        let address = ApplicationConfiguration(address: .hostname(port: 8089))
        try await Application(router: router, configuration: address, services: [webhook, manager]).runService()
    }
}
