import NIOCore
import NIOHTTP1

extension GraphClient {
    /// How many batches are under way at once.
    private static let concurrentBatches = 4

    /// Sends many requests, up to 20 in one. Each has its own result, in the same order: a successful answer, or why there is
    /// none.
    ///
    /// What fails and may pass is sent again, alone, as ``FailurePolicy`` says. An answer of up to 16 MiB is read.
    public func batch(_ requests: [GraphBatchRequest]) async -> [Result<GraphResponse, GraphError>] {
        var dependencies: [Int: Int] = [:]
        let calls = requests.enumerated().map { place, request in
            if let dependency = request.dependsOn { dependencies[place] = dependency }
            let path = request.path.hasPrefix("/") ? String(request.path.dropFirst()) : request.path
            return GraphCall(
                request.method, "\(self.baseURL)/\(path)", path: path, headers: request.headers, body: request.body,
                to: "do a part of a batch"
            )
        }
        return await self.perform(calls, dependencies: dependencies, size: GraphBatch.maximumSize)
    }

    /// Sends calls in batches until each has succeeded, or the policy gives it up.
    ///
    /// - Parameters:
    ///   - calls: What is asked for. The timeout is that of the slowest.
    ///   - dependencies: On which place another depends.
    ///   - size: How many go in one batch.
    func perform(
        _ calls: [GraphCall], dependencies: [Int: Int], size: Int
    ) async -> [Result<GraphResponse, GraphError>] {
        var results = [Result<GraphResponse, GraphError>?](repeating: nil, count: calls.count)
        var pending = Array(calls.indices)
        var attempt = 1
        while !pending.isEmpty {
            let plan = BatchPlan(pending, dependencies: dependencies, size: size)
            for (place, message) in plan.refused { results[place] = .failure(GraphError(.invalidDeclaration, message)) }
            let answers = await self.send(plan.batches, of: calls, dependencies: dependencies, attempt: attempt)
            var again: Set<Int> = []
            var longest = Duration.zero
            for (place, answer) in answers.sorted(by: { $0.key < $1.key }) {
                results[place] = answer
                guard case .failure(let error) = answer, !Task.isCancelled else { continue }
                if error.status == 424, let dependency = dependencies[place], again.contains(dependency) {
                    again.insert(place)
                } else if let pause = self.pause(after: error, calls[place], attempt: attempt) {
                    again.insert(place)
                    longest = max(longest, pause)
                }
            }
            pending = again.sorted()
            guard !pending.isEmpty, (try? await self.sleep(longest)) != nil else { break }
            attempt += 1
        }
        // Each was either sent or refused.
        return results.map { $0 ?? .failure(GraphError(.requestRefused, "A part of a batch was not sent.")) }
    }

    private func send(
        _ batches: [[Int]], of calls: [GraphCall], dependencies: [Int: Int], attempt: Int
    ) async -> [Int: Result<GraphResponse, GraphError>] {
        await withTaskGroup(of: [Int: Result<GraphResponse, GraphError>].self) { group in
            var results: [Int: Result<GraphResponse, GraphError>] = [:]
            for (index, places) in batches.enumerated() {
                if index >= Self.concurrentBatches, let some = await group.next() { results.merge(some) { $1 } }
                group.addTask { await self.send(places, of: calls, dependencies: dependencies, attempt: attempt) }
            }
            for await some in group { results.merge(some) { $1 } }
            return results
        }
    }

    /// Sends one batch.
    private func send(
        _ places: [Int], of calls: [GraphCall], dependencies: [Int: Int], attempt: Int
    ) async -> [Int: Result<GraphResponse, GraphError>] {
        var counts: [GraphOperation: Int] = [:]
        let items = places.map { place in
            let call = calls[place]
            counts[call.operation, default: 0] += 1
            return GraphBatch.Item(
                id: place, method: call.request.method, url: self.relative(call.request.url), headers: call.request.headers,
                body: call.request.body, dependsOn: dependencies[place].flatMap { places.contains($0) ? $0 : nil }
            )
        }
        var outer = GraphCall(
            .POST, "\(self.baseURL)/$batch", path: "$batch", body: GraphBatch.json(items), timeout: GraphCall.slowTimeout,
            subject: calls[places[0]].subject, to: "do several things at once"
        )
        outer.request.maximumResponseSize = GraphBatch.maximumResponseSize
        outer.tokenLifetime = places.map { calls[$0].tokenLifetime }.max() ?? .zero
        let failure: GraphError
        do throws(GraphError) {
            let response = try await self.attempt(outer, number: attempt, counts: counts)
            if let responses = GraphBatch.responses(in: response.body) {
                return Dictionary(
                    uniqueKeysWithValues: places.map { ($0, self.result(responses[$0], of: calls[$0], response, attempt)) }
                )
            }
            failure = GraphError.unreadable(response, to: outer.action)
        } catch {
            failure = error
        }
        return Dictionary(uniqueKeysWithValues: places.map { ($0, .failure(failure)) })
    }

    private func result(
        _ response: GraphResponse?, of call: GraphCall, _ outer: GraphResponse, _ attempt: Int
    ) -> Result<GraphResponse, GraphError> {
        guard let response else { return .failure(GraphError.unreadable(outer, to: call.action)) }
        guard (200..<300).contains(response.status) else {
            let error = GraphError(response, to: call.action, now: self.now())
            if error.code == .throttled, let pause = error.retryAfter {
                self.traffic.hold(call.operation, tenant: self.tenantID, for: pause)
            }
            self.note(error, of: call, number: attempt)
            return .failure(error)
        }
        self.metrics.request(call.operation, "ok")
        return .success(response)
    }
}
