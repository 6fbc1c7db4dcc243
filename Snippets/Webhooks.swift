// Code of the documentation of GraphNotifications.

import AsyncHTTPClient
import GraphNotifications
import Hummingbird

// snippet.receive
let webhook = WebhookReceiver(clientState: "a long random secret") { notification in
    print(notification.changeType, notification.resource)
}
let router = Router()
router.addRoutes(webhook.routes(), atPath: "/graph")
let app = Application(router: router, services: [webhook])
// snippet.run
try await app.run()
// snippet.subscribe
let credential = ClientSecretCredential(
    tenantID: "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611", clientID: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924",
    clientSecret: "from the environment", httpClient: .shared
)
let directory = SubscriptionDirectory()
let manager = SubscriptionManager(
    graph: GraphClient(credential: credential, httpClient: .shared), store: InMemorySubscriptionStore(),
    directory: directory, notificationURL: "https://example.com/graph",
    lifecycleNotificationURL: "https://example.com/graph/lifecycle",
    requests: [
        SubscriptionRequest(name: "sales", resource: "users/sales@example.com/messages", changeTypes: .created)
    ]
)
// snippet.both
let receiver = WebhookReceiver(directory: directory, into: InMemoryNotificationQueue())
let routes = Router()
routes.addRoutes(receiver.routes(), atPath: "/graph")
let both = Application(router: routes, services: [receiver, manager])
// snippet.end
_ = both
