// Code of the documentation of SignalR.

import Hummingbird
import SignalR
import SignalRAuthentication

// snippet.start
let chat = Hub("chat") { hub in
    hub.on("SendMessage") { (caller: HubCaller, user: String, text: String) in
        try await caller.clients.others.send("ReceiveMessage", user, text)
    }
    hub.on("Add") { (_: HubCaller, a: Int, b: Int) in a + b }
}
let router = Router()
let app = Application(router: router, server: .signalR(["/chat": chat]))
// snippet.groups
let news = Hub("news") { hub in
    hub.on("Follow") { (caller: HubCaller, topic: String) in
        try await caller.groups.join(topic)
    }
}
// snippet.outside
try await news.clients.group("weather").send("Update", "It rains.")
try await news.clients.user("ann").send("Update", "Only for Ann, wherever she is connected.")
// snippet.signIn
let authenticator = try JWTAuthenticator(
    JWTConfiguration(
        issuer: "https://login.microsoftonline.com/7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611/v2.0",
        audience: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
    )
)
let secured = Hub("secured") { hub in
    hub.authenticate(with: authenticator)
    hub.on("WhoAmI") { (caller: HubCaller) in caller.user?.id ?? "nobody" }
}
// snippet.run
try await app.run()
// snippet.end
