import Logging
import Metrics
import NIOCore
import NIOHTTP1

/// How one thing is asked for, from waiting for its turn to trying again.
extension GraphClient {
    /// Asks until there is a successful answer, or the policy gives up.
    func perform(_ call: GraphCall) async throws(GraphError) -> GraphResponse {
        var attempt = 1
        while true {
            do throws(GraphError) {
                return try await self.attempt(call, number: attempt)
            } catch {
                guard !Task.isCancelled, let pause = self.pause(after: error, call, attempt: attempt) else { throw error }
                try await self.sleep(pause)
                attempt += 1
            }
        }
    }

    /// How long to wait before the same is tried again; `nil` if it is not.
    func pause(after error: GraphError, _ call: GraphCall, attempt: Int) -> Duration? {
        let recovery = self.failures.recovery(
            from: error, attempt: attempt, mayRepeat: call.mayRepeat, random: self.random()
        )
        guard case .retry(let pause) = recovery else { return nil }
        self.metrics.retry(error.failureClass)
        self.logger.debug(
            "Graph is asked again after a pause",
            metadata: self.metadata(call, error).merging(
                [.attempt: "\(attempt)", .pause: "\(pause.milliseconds)"], uniquingKeysWith: { $1 }
            )
        )
        return pause
    }

    func sleep(_ pause: Duration) async throws(GraphError) {
        do {
            try await self.clock.sleep(for: pause)
        } catch {
            throw GraphError(.unreachable, "Waiting to ask Graph again was cancelled.", cause: error)
        }
    }

    /// Asks once, when it is its turn.
    ///
    /// - Parameters:
    ///   - call: What for.
    ///   - number: 1 for the first time.
    ///   - counts: What Graph counts, where one request is several.
    func attempt(
        _ call: GraphCall, number: Int, counts: [GraphOperation: Int]? = nil
    ) async throws(GraphError) -> GraphResponse {
        guard let origin = WebOrigin(self.baseURL), origin.isConfidential else {
            throw GraphError(
                .invalidDeclaration, "An access token is sent over https only: give Graph's address as https://…"
            )
        }
        do throws(GraphError) {
            for (operation, count) in counts ?? [call.operation: 1] {
                let wait = try await self.traffic.admit(operation, count: count, tenant: self.tenantID)
                guard wait > .zero else { continue }
                self.metrics.waits.recordNanoseconds(wait.nanoseconds)
                self.logger.debug(
                    "A request waited for Graph's limits",
                    metadata: self.metadata(call).merging([.pause: "\(wait.milliseconds)"], uniquingKeysWith: { $1 })
                )
            }
            try self.traffic.enter(tenant: self.tenantID)
        } catch {
            self.note(error, of: call, number: number)
            throw error
        }
        do throws(GraphError) {
            let response = try await self.exchange(call, number: number)
            self.settle(nil, of: call)
            self.metrics.request(call.operation, "ok")
            return response
        } catch {
            self.settle(error, of: call)
            self.note(error, of: call, number: number)
            throw error
        }
    }

    /// One question and one answer; two, if the first token is refused.
    private func exchange(_ call: GraphCall, number: Int) async throws(GraphError) -> GraphResponse {
        let id = self.newID()
        var demand = TokenDemand(minimumLifetime: call.tokenLifetime)
        var token = try await self.credential.token(for: demand)
        var response = try await self.send(call, token, id: id, number: number)
        if response.status == 401 {
            demand.refused = token
            demand.claims = ClaimsChallenge.claims(in: response.headers)
            self.metrics.refusedTokens.increment()
            self.logger.debug(
                "Graph refused the access token; another one is asked for",
                metadata: self.metadata(call).merging([.clientRequestID: "\(id)"], uniquingKeysWith: { $1 })
            )
            token = try await self.credential.token(for: demand)
            response = try await self.send(call, token, id: id, number: number)
        }
        guard (200..<300).contains(response.status) else {
            var error = GraphError(response, to: call.action, now: self.now())
            error.clientRequestID = id
            throw error
        }
        return response
    }

    private func send(
        _ call: GraphCall, _ token: AccessToken, id: String, number: Int
    ) async throws(GraphError) -> GraphResponse {
        var request = call.request
        request.headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token.value)")
        request.headers.replaceOrAdd(name: "client-request-id", value: id)
        if number > 1 { request.headers.replaceOrAdd(name: "Retry-Attempt", value: "\(number - 1)") }
        do throws(GraphError) {
            let response = try await self.transport.send(request)
            self.logger.trace(
                "Graph answered",
                metadata: self.metadata(call).merging(
                    [
                        .status: "\(response.status)", .clientRequestID: "\(id)",
                        .requestID: "\(response.headers.first(name: "request-id") ?? "none")",
                    ],
                    uniquingKeysWith: { $1 }
                )
            )
            return response
        } catch {
            var error = error
            error.clientRequestID = id
            throw error
        }
    }

    // MARK: - What is learned from it

    private func settle(_ error: GraphError?, of call: GraphCall) {
        switch error?.code {
        case _ where Task.isCancelled, .credentialRefused, .invalidDeclaration:
            // That says nothing about Graph.
            self.traffic.abandoned(tenant: self.tenantID)
        case .throttled:
            self.traffic.abandoned(tenant: self.tenantID)
            if let pause = error?.retryAfter { self.traffic.hold(call.operation, tenant: self.tenantID, for: pause) }
        case .unreachable, .serviceFailed:
            guard let pause = self.traffic.failed(call.subject, tenant: self.tenantID) else { return }
            self.metrics.suspensions.increment()
            self.logger.notice(
                "Graph failed again and again; it is left alone in a tenant for a while",
                metadata: self.metadata(call, error).merging([.pause: "\(pause.milliseconds)"], uniquingKeysWith: { $1 })
            )
        default:
            guard self.traffic.worked(tenant: self.tenantID) else { return }
            self.logger.notice("Graph works again in a tenant", metadata: self.metadata(call))
        }
    }

    func note(_ error: GraphError, of call: GraphCall, number: Int) {
        self.metrics.request(call.operation, error.code == .suspended ? "suspended" : error.failureClass.rawValue)
        self.logger.debug(
            "Graph did not do what it was asked to",
            metadata: self.metadata(call, error).merging([.attempt: "\(number)"], uniquingKeysWith: { $1 })
        )
    }

    func metadata(_ call: GraphCall, _ error: GraphError? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = [.operation: "\(call.operation.rawValue)"]
        if !self.tenantID.isEmpty { metadata[.tenantID] = "\(self.tenantID)" }
        if let error { metadata.merge(error.logMetadata) { $1 } }
        return metadata
    }
}
