import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import SignalR
import SignalRProtocol
import Synchronization

/// A hub at `/hub` whose clients get whatever record is posted to `/publish`: the server of docs/performance.md.
///
/// With `--groups N` each client is in one of N groups, and what is posted goes to one group after another. It also answers
/// `Echo`, an invocation there and back.
@main
struct FanServer {
    static func main() async throws {
        let arguments = CommandLine.arguments
        let port = arguments.firstIndex(of: "--port").flatMap { Int(arguments[$0 + 1]) } ?? 7001
        let threads = arguments.firstIndex(of: "--threads").flatMap { Int(arguments[$0 + 1]) } ?? 1
        let groups = arguments.firstIndex(of: "--groups").flatMap { Int(arguments[$0 + 1]) } ?? 0
        let joined = Atomic<Int>(0)
        let hub = Hub("bench") { hub in
            hub.on("Echo") { (_, text: String) in text }
            if groups > 0 {
                hub.onConnect { caller in
                    try await caller.groups.join(String(joined.add(1, ordering: .relaxed).newValue % groups))
                }
            }
        }
        let publisher = Publisher(hub: hub, groups: (0..<groups).map(String.init))
        var logger = Logger(label: "FanServer")
        logger.logLevel = .warning
        let application = Application(
            router: Router(),
            server: .signalR(["/hub": hub], endpoints: [publisher], logger: logger),
            configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 16_384),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: threads)),
            logger: logger
        )
        try await application.runService()
    }
}

/// Sends each body, which is a record already, to everybody, or to one group after another.
struct Publisher: LoopEndpoint {
    let hub: Hub
    let groups: [String]
    let maximumBodySize = 1 << 20

    func accepts(_ head: HTTPRequestHead) -> Bool { head.uri == "/publish" }

    func respond(to request: LoopRequest, reply: @escaping @Sendable (LoopResponse) -> Void) {
        let message = SerializedHubMessage(record: request.body)
        if self.groups.isEmpty { self.hub.clients.all.send(message) }
        for group in self.groups { self.hub.clients.group(group).send(message) }
        reply(LoopResponse(status: .accepted))
    }
}
