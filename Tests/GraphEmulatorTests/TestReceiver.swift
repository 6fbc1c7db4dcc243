import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

@testable import GraphEmulator

/// What a receiver was sent.
struct Received: Sendable {
    var method: String
    var uri: String
    var fields: HTTPFields
    var body: String

    /// The token of a handshake.
    var validationToken: String? {
        PercentCoding.fields(self.uri.drop { $0 != "?" }.dropFirst())["validationToken"]
    }
}

/// What a receiver answers.
struct Reply: Sendable {
    var status: HTTPResponse.Status = .accepted
    var contentType: String? = "text/plain"
    var body = ""

    static func echo(_ received: Received) -> Reply { Reply(status: .ok, body: received.validationToken ?? "") }

    /// What a good receiver answers.
    static func good(_ received: Received) -> Reply { received.validationToken == nil ? Reply() : .echo(received) }
}

/// An endpoint for notifications, on a port of its own.
final class TestReceiver: Sendable {
    let url: String
    private let inbox: Inbox

    fileprivate init(port: Int, inbox: Inbox) {
        self.url = "http://127.0.0.1:\(port)"
        self.inbox = inbox
    }

    /// The next request, which must come within 10 s.
    func next() async throws -> Received {
        let received = try await EmulatorClock.system.limit(.seconds(10)) { [inbox] in await inbox.next() }
        guard let received, let received else { throw NothingCame() }
        return received
    }

    /// How many requests came that nobody has asked for.
    var waiting: Int { self.inbox.count }

    struct NothingCame: Error {}
}

/// The requests that came, in order.
private final class Inbox: Sendable {
    private let requests = Mutex<[Received]>([])
    private let signal = WakeSignal()

    var count: Int { self.requests.withLock { $0.count } }

    func add(_ received: Received) {
        self.requests.withLock { $0.append(received) }
        self.signal.raise()
    }

    func next() async -> Received? {
        while !Task.isCancelled {
            if let first = self.requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return first }
            await self.signal.wait()
        }
        return nil
    }
}

/// Runs `body` with a receiver that answers with `reply`, which is told how many requests came before.
func withReceiver(
    _ reply: @escaping @Sendable (Received, Int) async -> Reply = { received, _ in .good(received) },
    _ body: (TestReceiver) async throws -> Void
) async throws {
    let inbox = Inbox()
    let count = Mutex(0)
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
        let received = Received(
            method: request.method.rawValue, uri: request.head.path ?? "", fields: request.headers,
            body: String(buffer: try await request.body.collect(upTo: 1 << 20))
        )
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        inbox.add(received)
        let reply = await reply(received, number)
        var fields = HTTPFields()
        fields[.contentType] = reply.contentType
        return Response(status: reply.status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: reply.body)))
    }
    try await withServer { onReady in
        Application(
            responder: responder, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { onReady($0.localAddress?.port ?? 0) }, logger: .silent
        )
    } _: { port in
        try await body(TestReceiver(port: port, inbox: inbox))
    }
}

/// Runs `body` beside a service that says which port it has, and shuts the service down behind it.
func withServer(
    _ make: (@escaping @Sendable (Int) -> Void) throws -> any Service, _ body: (Int) async throws -> Void
) async throws {
    let (ports, port) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    let service = try make { port.yield($0) }
    let group = ServiceGroup(services: [service], logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { port.finish() }
            try await group.run()
        }
        if let port = await ports.first(where: { _ in true }) {
            do {
                try await body(port)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
    }
}
