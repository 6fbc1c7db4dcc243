import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SignalR
import SignalRProtocol

/// A hub at `/hub` whose clients get whatever record is posted to `/publish`: the server of docs/performance.md.
///
/// It also answers `Echo` (an invocation there and back), `Join` (a group), and publishes to `/publish?group=…`.
@main
struct FanServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let port = arguments.firstIndex(of: "--port").flatMap { Int(arguments[$0 + 1]) } ?? 7001
        let threads = arguments.firstIndex(of: "--threads").flatMap { Int(arguments[$0 + 1]) } ?? 1
        let hub = Hub("bench") { hub in
            hub.on("Echo") { (_, text: String) in text }
            hub.on("Join") { (caller: HubCaller, group: String) in await caller.groups.join(group) }
        }
        var logger = Logger(label: "FanServer")
        logger.logLevel = .warning
        let application = Application(
            router: Router(),
            server: .signalR(["/hub": hub], endpoints: [Publisher(hub: hub)], logger: logger),
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 16_384),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: threads)),
            logger: logger
        )
        try await application.runService()
    }
}

/// Sends each body, which is a record already, to everybody, or to a group.
struct Publisher: LoopEndpoint {
    let hub: Hub
    let maximumBodySize = 1 << 20

    func accepts(_ head: HTTPRequestHead) -> Bool { head.uri.utf8.starts(with: "/publish".utf8) }

    func respond(to request: LoopRequest, reply: @escaping @Sendable (LoopResponse) -> Void) {
        let message = SerializedHubMessage(record: request.body)
        if let start = request.head.uri.firstRange(of: "group=")?.upperBound {
            self.hub.clients.group(String(request.head.uri[start...])).send(message)
        } else {
            self.hub.clients.all.send(message)
        }
        reply(LoopResponse(status: .accepted))
    }
}
