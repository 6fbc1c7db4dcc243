import Logging
import NIOCore
import SignalRProtocol
import Synchronization

/// What a client does when the server calls it, and when there is a connection.
final class CallHandlers: Sendable {
    /// Writes the answer to a call: its protocol, its id, and where to.
    typealias Reply = @Sendable (HubProtocolKind, String, inout ByteBuffer) throws -> Void
    /// - Returns: The answer; `nil` if the handler returns nothing.
    typealias Handler = @Sendable (HubArguments) async throws -> Reply?

    private struct ConnectHandler {
        var isForReconnects: Bool
        var body: @concurrent @Sendable () async throws -> Void
    }

    private struct State {
        /// By their names in lower case.
        var handlers: [String: Handler] = [:]
        var connectHandlers: [ConnectHandler] = []
    }

    private let state = Mutex(State())

    func set(_ method: String, _ handler: @escaping Handler) {
        self.state.withLock { $0.handlers[method.lowercased()] = handler }
    }

    func add(forReconnects: Bool, _ body: @escaping @concurrent @Sendable () async throws -> Void) {
        self.state.withLock { $0.connectHandlers.append(ConnectHandler(isForReconnects: forReconnects, body: body)) }
    }

    /// Forgets all of them, and what they hold.
    func removeAll() { self.state.withLock { $0 = State() } }

    /// Handles what arrives, one after another, until nothing comes any more or the task is cancelled.
    func run(_ core: ClientCore) async {
        while let work = try? await core.work.next() {
            switch work {
            case .connected(let isReconnect, let session): await self.connected(core, isReconnect, session)
            case .call(let message, let size, let session):
                core.consumed(size)
                await self.called(core, message, session)
            }
        }
    }

    private func connected(_ core: ClientCore, _ isReconnect: Bool, _ session: Int) async {
        let handlers = self.state.withLock { $0.connectHandlers }
        do {
            for handler in handlers where isReconnect || !handler.isForReconnects { try await handler.body() }
            core.ready.settle(.success(()))
        } catch {
            if Task.isCancelled { return }
            let reason =
                error as? SignalRClientError
                ?? SignalRClientError(.connectionLost, "What was to be done with a new connection failed.", cause: error)
            core.logger.debug("A handler of a new connection failed", metadata: ["signalr.error": "\(reason)"])
            if !core.configuration.retriesFirstConnection { core.ready.settle(.failure(error)) }
            core.abandon(session: session, reason)
        }
    }

    private func called(_ core: ClientCore, _ message: InvocationMessage, _ session: Int) async {
        let handler = self.state.withLock { $0.handlers[message.target.lowercased()] }
        var answer = ByteBuffer()
        do {
            let reply = try await handler?(message.arguments)
            guard let id = message.invocationID else { return }
            if let reply {
                try reply(core.kind, id, &answer)
            } else {
                core.kind.encodeCompletion(invocationID: id, error: "Client didn't provide a result.", into: &answer)
            }
        } catch {
            core.logger.debug("A handler of the server's calls failed", metadata: ["signalr.method": "\(message.target)"])
            guard let id = message.invocationID else { return }
            core.kind.encodeCompletion(invocationID: id, error: "\(error)", into: &answer)
        }
        // If it cannot be sent, the connection ends, and with it the question.
        try? await core.send(answer, session: session)
    }
}
