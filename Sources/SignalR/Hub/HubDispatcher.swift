import Logging
import Metrics
import NIOCore
import SignalRProtocol
import Tracing

/// Handles calls: finds the method, runs it, makes the answer. Knows neither protocols nor transports.
struct HubDispatcher: Sendable {
    private let hub: Hub
    private let logger: Logger

    init(hub: Hub, logger: Logger) {
        self.hub = hub
        self.logger = logger
    }

    /// Handles one call. A stream has ended when it returns.
    ///
    /// - Parameters:
    ///   - invocation: The call.
    ///   - caller: Who makes it.
    ///   - uploads: The streams that the client sends with it.
    /// - Returns: The answer, encoded; `nil` when none is wanted.
    func handle(_ invocation: InvocationMessage, for caller: HubCaller, uploads: [UploadStream] = []) async -> ByteBuffer? {
        let began = ContinuousClock.now
        var outcome = DispatchOutcome.succeeded
        defer { self.hub.local.metrics.dispatched(outcome, in: began.duration(to: .now)) }
        guard let tracer = self.hub.tracer else {
            return await self.dispatch(invocation, for: caller, uploads: uploads, outcome: &outcome)
        }
        let method = invocation.target
        // Names that clients make up are no names of spans.
        let name = self.hub.methods[method.lowercased()] == nil ? "unknown" : method
        var context = ServiceContext.topLevel
        tracer.extract(invocation.headers, into: &context, using: HeaderExtractor())
        return await tracer.withAnySpan("\(self.hub.name)/\(name)", context: context, ofKind: .server) { span in
            span.attributes["rpc.system"] = "signalr"
            span.attributes["rpc.service"] = self.hub.name
            span.attributes["rpc.method"] = name
            let answer = await self.dispatch(invocation, for: caller, uploads: uploads, outcome: &outcome)
            span.attributes["signalr.outcome"] = outcome.rawValue
            if outcome == .failed { span.setStatus(SpanStatus(code: .error)) }
            return answer
        }
    }

    private func dispatch(
        _ invocation: InvocationMessage, for caller: HubCaller, uploads: [UploadStream], outcome: inout DispatchOutcome
    ) async -> ByteBuffer? {
        var reply = HubReply(kind: caller.connection.kind, invocationID: invocation.invocationID)
        let target = invocation.target
        outcome = .refused
        guard let method = self.hub.methods[target.lowercased()] else { return reply.failure(HubErrorText.unknownMethod(target)) }
        if let policy = method.policy, await !policy.allows(caller) {
            return reply.failure(HubErrorText.unauthorized(target))
        }
        guard invocation.isStreaming == method.isStreaming else {
            return reply.failure(
                method.isStreaming ? HubErrorText.onlyStreaming(target) : HubErrorText.notStreaming(target)
            )
        }
        guard uploads.count == method.streamCount else {
            return reply.failure(
                HubErrorText.unexpectedStreams(target, count: uploads.count, expected: method.streamCount)
            )
        }
        outcome = .succeeded
        if invocation.isStreaming, Task.isCancelled { return reply.streamEnd() }
        reply.keepsValues = !self.hub.filters.isEmpty
        var hasBegun = false
        do {
            let input = HubMethodInput(arguments: invocation.arguments, uploads: uploads, kind: reply.kind)
            let answer: HubAnswer
            if self.hub.filters.isEmpty {
                answer = try await method.call(caller, input, reply)
            } else {
                answer = .outcome(try await self.filtered(method, invocation, caller, input, reply))
            }
            switch answer {
            case .record(let record): return record
            case .outcome(let result):
                guard let stream = result.stream else {
                    guard let value = result.value else {
                        return invocation.isStreaming ? reply.streamEnd() : reply.encodedNothing()
                    }
                    return try reply.encoded(value)
                }
                guard let invocationID = invocation.invocationID else { return nil }
                hasBegun = true
                try await stream(
                    HubItemWriter(kind: reply.kind, invocationID: invocationID, connection: caller.connection)
                )
                if Task.isCancelled { outcome = .cancelled }
                return reply.streamEnd()
            }
        } catch {
            // Whoever wanted no more is not told what became of it.
            if invocation.isStreaming, Task.isCancelled {
                outcome = .cancelled
                return reply.streamEnd()
            }
            outcome = error is HubMethod.BindingError ? .refused : .failed
            return reply.failure(
                self.text(for: error, target: target, isStreaming: hasBegun, connectionID: caller.connectionID)
            )
        }
    }

    private func filtered(
        _ method: HubMethod, _ invocation: InvocationMessage, _ caller: HubCaller, _ input: HubMethodInput, _ reply: HubReply
    ) async throws -> HubResult {
        var next: Hub.Next = { _ in
            switch try await method.call(caller, input, reply) {
            case .outcome(let result): result
            case .record: HubResult()
            }
        }
        for filter in self.hub.filters.reversed() {
            let inner = next
            next = { try await filter($0, inner) }
        }
        return try await next(
            HubInvocation(
                caller: caller, method: invocation.target, arguments: invocation.arguments, headers: invocation.headers,
                isStreaming: invocation.isStreaming
            )
        )
    }

    /// Runs what is to be done when a client has connected.
    func connected(_ caller: HubCaller) async throws {
        let handlers = self.hub.connectHandlers
        var next: @Sendable () async throws -> Void = { for handler in handlers { try await handler(caller) } }
        for filter in self.hub.connectFilters.reversed() {
            let inner = next
            next = { try await filter(caller, inner) }
        }
        let lifetime = self.hub.lifetime
        try await lifetime.connected(caller.connectionID, user: caller.user)
        do {
            try await next()
        } catch {
            await lifetime.disconnected(caller.connectionID, user: caller.user)
            throw error
        }
    }

    /// Runs what is to be done when a client has gone.
    func disconnected(_ caller: HubCaller, _ reason: CloseReason) async {
        let handlers = self.hub.disconnectHandlers
        var next: @Sendable () async -> Void = { for handler in handlers { await handler(caller, reason) } }
        for filter in self.hub.disconnectFilters.reversed() {
            let inner = next
            next = { await filter(caller, reason, inner) }
        }
        await next()
        await self.hub.lifetime.disconnected(caller.connectionID, user: caller.user)
    }

    /// - Parameter isStreaming: Whether items may have been sent.
    private func text(for error: any Error, target: String, isStreaming: Bool, connectionID: String) -> String {
        let isDetailed = self.hub.configuration.detailedErrors
        func failed(_ detail: String?) -> String {
            isStreaming ? HubErrorText.streamFailed(detail: detail) : HubErrorText.invocationFailed(target, detail: detail)
        }
        switch error {
        case let error as HubMethod.BindingError:
            return HubErrorText.bindingFailed(
                target, detail: isDetailed ? "InvalidDataException: \(error.cause.message)" : nil
            )
        case let error as HubException:
            return failed("HubException: \(error.message)")
        default:
            // Nobody else would hear of it. What the error says may be about the payload.
            self.logger.info(
                "A hub method failed",
                metadata: [
                    .hub: "\(self.hub.name)", .method: "\(target)", .connectionID: "\(connectionID)",
                    .error: "\(type(of: error))",
                ]
            )
            return failed(isDetailed ? "\(type(of: error)): \(error)" : nil)
        }
    }
}

/// Finds the trace that a client goes on with, in the headers of its call.
private struct HeaderExtractor: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
}
