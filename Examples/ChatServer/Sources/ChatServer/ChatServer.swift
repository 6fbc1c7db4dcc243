import Hummingbird
import SignalR
import Synchronization

/// A chat with rooms: `swift run`, then http://127.0.0.1:8088 in two windows.
@main
struct ChatServer {
    static func main() async throws {
        /// Who is where: room and name by connection.
        let people = Mutex<[String: (room: String, name: String)]>([:])
        let names = { @Sendable (room: String) in
            people.withLock { $0.values.filter { $0.room == room }.map(\.name).sorted() }
        }
        let chat = Hub("chat") { hub in
            hub.on("Join") { (caller: HubCaller, room: String, name: String) in
                guard people.withLock({ $0[caller.connectionID] }) == nil else { throw HubException("You are in already.") }
                guard (1...40).contains(room.count), (1...40).contains(name.count) else { throw HubException("Too long.") }
                people.withLock { $0[caller.connectionID] = (room, name) }
                try await caller.groups.join(room)
                try await caller.clients.group(room).send("Here", names(room))
            }
            hub.on("Say") { (caller: HubCaller, text: String) in
                guard let me = people.withLock({ $0[caller.connectionID] }) else { throw HubException("Join first.") }
                try await caller.clients.group(me.room).send("Said", me.name, text)
            }
            hub.onDisconnect { caller, _ in
                guard let me = people.withLock({ $0.removeValue(forKey: caller.connectionID) }) else { return }
                try? await caller.clients.group(me.room).send("Here", names(me.room))
            }
        }
        let router = Router().addMiddleware { FileMiddleware("Page", searchForIndexHtml: true) }
        let app = Application(
            router: router, server: .signalR(["/chat": chat]), configuration: .init(address: .hostname(port: 8088))
        )
        try await app.run()
    }
}
