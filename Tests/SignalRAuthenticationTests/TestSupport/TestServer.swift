import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SignalR
import Synchronization

let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Where things happen in a test: a server with routes or hubs, on a port of its own.
func withServer<Value: Sendable>(
    router: Router<BasicRequestContext> = Router(), hubs: [String: Hub] = [:], _ body: (_ port: Int) async throws -> Value
) async throws -> Value {
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let app = Application(
        router: router, server: .signalR(hubs, logger: quietLogger),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: quietLogger
    )
    let group = ServiceGroup(
        configuration: .init(services: [.init(service: app)], gracefulShutdownSignals: [], logger: quietLogger)
    )
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var iterator = ports.makeAsyncIterator()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(await iterator.next() ?? 0))
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try result.get()
    }
}

/// An issuer's pages: what it publishes, and how often somebody asked.
final class TestIssuerPages: Sendable {
    private struct State {
        var pages: [String: String] = [:]
        var requests: [String] = []
        var status = HTTPResponse.Status.ok
        var gate: AsyncStream<Void>?
    }

    private let state = Mutex(State())

    var requests: [String] { self.state.withLock { $0.requests } }

    func publish(_ keys: [TestKey], at path: String = "/keys") {
        self.publish(#"{"keys":[\#(keys.map(\.jwk).joined(separator: ","))]}"#, at: path)
    }

    func publish(_ page: String, at path: String) { self.state.withLock { $0.pages[path] = page } }

    /// Answers with another status from now on.
    func answer(_ status: HTTPResponse.Status) { self.state.withLock { $0.status = status } }

    /// Answers wait until the function that is returned is called.
    func hold() -> @Sendable () -> Void {
        let (gate, continuation) = AsyncStream<Void>.makeStream()
        self.state.withLock { $0.gate = gate }
        return {
            self.state.withLock { $0.gate = nil }
            continuation.finish()
        }
    }

    var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("**") { request, _ in
            let path = request.uri.path
            let (page, status, gate) = self.state.withLock { state in
                state.requests.append(path)
                return (state.pages[path], state.status, state.gate)
            }
            if let gate { for await _ in gate {} }
            guard status == .ok, let page else { return Response(status: status == .ok ? .notFound : status) }
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
        }
        return router
    }
}
