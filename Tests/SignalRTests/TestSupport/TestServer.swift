import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import SignalR

/// A server with hubs, on a port of its own.
struct TestServer: Sendable {
    let port: Int
    private let group: ServiceGroup

    /// Runs `body` against a server, which is shut down gracefully behind it; clients that are still there go before, if they
    /// are not to stay.
    static func run<Value: Sendable>(
        _ hubs: [String: Hub], endpoints: [any LoopEndpoint] = [], router: Router<BasicRequestContext> = Router(),
        configuration: ListenerConfiguration = .init(), listener: HTTPServerBuilder? = nil,
        clientsStay: Bool = false, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: (TestServer) async throws -> Value
    ) async throws -> Value {
        let ready = Probe<Int>()
        let hubs = hubs.mapValues { hub in
            // All tests run at once: a machine that is busy must not look like a client that is slow.
            var hub = hub
            if hub.configuration.timing.handshakeTimeout == HubTiming().handshakeTimeout {
                hub.configuration.timing.handshakeTimeout = .seconds(60)
            }
            return hub
        }
        let app = Application(
            router: router,
            server: listener ?? .signalR(hubs, endpoints: endpoints, configuration: configuration, logger: logger),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ready.add($0.localAddress?.port ?? 0) }, logger: logger
        )
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: app)], gracefulShutdownSignals: [], logger: logger)
        )
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let server = TestServer(port: await ready.next(), group: group)
            let value: Value
            do {
                value = try await body(server)
            } catch {
                ByteStream.closeAll(port: server.port)
                await group.triggerGracefulShutdown()
                throw error
            }
            if !clientsStay { ByteStream.closeAll(port: server.port) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    func shutDown() async { await self.group.triggerGracefulShutdown() }

    /// Sends one request on a connection of its own.
    func request(_ method: String, _ target: String, headers: [String: String] = [:], body: String = "") async throws
        -> HTTPAnswer
    {
        let stream = try await ByteStream.connect(port: self.port)
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(self.port)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Length: \(body.utf8.count)\r\n" }
        try await stream.send(head + "\r\n" + body)
        let answer = try await stream.read(HTTPAnswer.take)
        await stream.close()
        return answer
    }
}

/// An answer, read here without any of the code under test.
struct HTTPAnswer: Sendable {
    var status: Int
    var reason: String
    var headers: [String: String]
    var body: String
    /// The same, where it is no text.
    var bytes: [UInt8] = []

    static func take(from buffer: inout ByteBuffer) -> HTTPAnswer? {
        let text = String(buffer: buffer)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let parts = lines[0].split(separator: " ", maxSplits: 2)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":")!
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let length = Int(headers["content-length"] ?? "0")!
        let headSize = text[..<end.upperBound].utf8.count
        guard buffer.readableBytes >= headSize + length else { return nil }
        buffer.moveReaderIndex(forwardBy: headSize)
        let bytes = buffer.readBytes(length: length)!
        return HTTPAnswer(
            status: Int(parts[1])!, reason: parts.count > 2 ? String(parts[2]) : "", headers: headers,
            body: String(decoding: bytes, as: UTF8.self), bytes: bytes
        )
    }
}

extension String {
    /// The first place where `other` stands.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        let (bytes, wanted) = (self.utf8, Array(other.utf8))
        var index = bytes.startIndex
        while index != bytes.endIndex {
            if bytes[index...].starts(with: wanted) { return index..<bytes.index(index, offsetBy: wanted.count) }
            index = bytes.index(after: index)
        }
        return nil
    }
}

/// Carries what happened to the test that waits for it.
final class Probe<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() {
        (self.stream, self.continuation) = AsyncStream<Value>.makeStream()
    }

    func add(_ value: Value) { self.continuation.yield(value) }

    func next() async -> Value {
        for await value in self.stream { return value }
        fatalError("The test was cancelled.")
    }
}
