import Logging
import Metrics
import NIOCore

/// Handles calls: finds the method, runs it, makes the answer. Knows neither protocols nor transports.
struct HubDispatcher: Sendable {
    private let hub: Hub
    private let logger: Logger

    init(hub: Hub, logger: Logger) {
        self.hub = hub
        self.logger = logger
    }

    /// Handles one call.
    ///
    /// - Returns: The answer, encoded; `nil` when none is wanted.
    func handle(_ invocation: InvocationMessage, for caller: HubCaller) async -> ByteBuffer? {
        let reply = HubReply(kind: caller.connection.kind, invocationID: invocation.invocationID)
        let target = invocation.target
        guard let method = self.hub.methods[target.lowercased()] else { return reply.failure(HubErrorText.unknownMethod(target)) }
        guard !invocation.isStreaming else { return reply.failure(HubErrorText.notStreaming(target)) }
        guard invocation.streamIDs.isEmpty else {
            return reply.failure(HubErrorText.unexpectedStreams(target, count: invocation.streamIDs.count))
        }
        let began = ContinuousClock.now
        defer { self.hub.lifetime.metrics.dispatchDuration.record(duration: began.duration(to: .now)) }
        do {
            return try await method.call(caller, invocation.arguments, reply)
        } catch {
            return reply.failure(self.text(for: error, target: target, connectionID: caller.connectionID))
        }
    }

    /// Runs what is to be done when a client has connected.
    func connected(_ caller: HubCaller) async throws {
        for handler in self.hub.connectHandlers { try await handler(caller) }
    }

    /// Runs what is to be done when a client has gone.
    func disconnected(_ caller: HubCaller, _ reason: CloseReason) async {
        for handler in self.hub.disconnectHandlers { await handler(caller, reason) }
    }

    private func text(for error: any Error, target: String, connectionID: String) -> String {
        let isDetailed = self.hub.configuration.detailedErrors
        switch error {
        case let error as HubMethod.BindingError:
            return HubErrorText.bindingFailed(
                target, detail: isDetailed ? "InvalidDataException: \(error.cause.message)" : nil
            )
        case let error as HubException:
            return HubErrorText.invocationFailed(target, detail: "HubException: \(error.message)")
        default:
            // Nobody else would hear of it. What the error says may be about the payload.
            self.logger.info(
                "A hub method failed",
                metadata: [
                    .hub: "\(self.hub.name)", .method: "\(target)", .connectionID: "\(connectionID)",
                    .error: "\(type(of: error))",
                ]
            )
            return HubErrorText.invocationFailed(target, detail: isDetailed ? "\(type(of: error)): \(error)" : nil)
        }
    }
}
