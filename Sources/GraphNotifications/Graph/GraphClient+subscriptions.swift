import JSONBytes
import NIOCore
import NIOHTTP1

/// What one can do with Graph's subscriptions.
extension GraphClient {
    /// How many pages of a list are read.
    static let maximumPages = 500
    /// How many creates go in one batch: each blocks it for up to 10 s while Graph validates the URL.
    static let createsInBatch = 4

    /// Creates a subscription. Graph calls its notification URL, and may even deliver to it, before this returns.
    ///
    /// - Throws: ``GraphError/Code/validationFailed`` if Graph could not reach the URL, ``GraphError/Code/alreadyExists``,
    ///   ``GraphError/Code/requestRefused`` and the like. Where ``GraphError/isUncertain`` it may exist all the same, and was
    ///   not tried again.
    public func createSubscription(_ draft: SubscriptionDraft) async throws(GraphError) -> GraphSubscription {
        try self.subscription(in: try await self.perform(try self.call(creating: draft)), to: "create the subscription")
    }

    /// The subscription with this id.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired.
    public func subscription(id: String) async throws(GraphError) -> GraphSubscription {
        try self.subscription(in: try await self.perform(try self.call(.GET, id)), to: "show the subscription")
    }

    /// All subscriptions that the credential may see. Graph allows few of these calls: 25 in 20 s.
    ///
    /// - Throws: ``GraphError/Code/requestRefused`` if there are more than 500 pages.
    public func subscriptions() async throws(GraphError) -> [GraphSubscription] {
        var result: [GraphSubscription] = []
        let pages = GraphPages(
            client: self, url: try self.url("subscriptions"), headers: [:], maximumPages: Self.maximumPages,
            action: "list the subscriptions"
        )
        for try await page in pages {
            result += page.items.compactMap { item in
                item.withUnsafeReadableBytes { bytes in
                    var reader = JSONReader(bytes)
                    return (try? GraphSubscription.read(from: &reader)) ?? nil
                }
            }
        }
        return result
    }

    /// Changes a subscription. That also authorizes it anew.
    ///
    /// - Returns: The subscription with the expiry that Graph chose.
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired; ``GraphError/Code/validationFailed`` if Graph
    ///   could not reach a new notification URL.
    public func updateSubscription(id: String, _ change: SubscriptionChange) async throws(GraphError) -> GraphSubscription {
        try self.subscription(
            in: try await self.perform(try self.call(changing: id, change)), to: "change the subscription"
        )
    }

    /// Lets a subscription live until another moment, in milliseconds since 1970. It also authorizes it anew.
    ///
    /// - Returns: The subscription with the expiry that Graph chose.
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired.
    public func renewSubscription(id: String, until expiresAt: Int64) async throws(GraphError) -> GraphSubscription {
        let call = try self.call(changing: id, SubscriptionChange(expiresAt: expiresAt), to: "renew the subscription")
        return try self.subscription(in: try await self.perform(call), to: "renew the subscription")
    }

    /// Authorizes a subscription anew without changing when it expires. Graph asks not to do that within ten minutes of a
    /// renewal, which does the same.
    ///
    /// - Throws: ``GraphError/Code/notFound`` if it was removed or has expired.
    public func reauthorizeSubscription(id: String) async throws(GraphError) {
        let path = "subscriptions/\(id.percentEncoded)/reauthorize"
        _ = try await self.perform(GraphCall(.POST, try self.url(path), path: path, to: "reauthorize the subscription"))
    }

    /// Deletes a subscription; one that is not there counts as deleted. What was on its way may still arrive.
    public func deleteSubscription(id: String) async throws(GraphError) {
        do throws(GraphError) {
            _ = try await self.perform(try self.call(.DELETE, id))
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    // MARK: - Many at once

    /// Creates subscriptions, a few in one request. Each has its own result, in the same order.
    public func createSubscriptions(_ drafts: [SubscriptionDraft]) async -> [Result<GraphSubscription, GraphError>] {
        await self.batch(drafts, size: Self.createsInBatch, to: "create the subscription") { draft throws(GraphError) in
            try self.call(creating: draft)
        }
    }

    /// The subscriptions with these ids, up to 20 in one request. Each has its own result, in the same order.
    public func subscriptions(ids: [String]) async -> [Result<GraphSubscription, GraphError>] {
        await self.batch(ids, to: "show the subscription") { id throws(GraphError) in try self.call(.GET, id) }
    }

    /// Renews subscriptions, up to 20 in one request. Each has its own result, in the same order.
    ///
    /// - Parameter renewals: Ids, and until when they shall live, in milliseconds since 1970.
    public func renewSubscriptions(
        _ renewals: [(id: String, until: Int64)]
    ) async -> [Result<GraphSubscription, GraphError>] {
        await self.updateSubscriptions(renewals.map { ($0.id, SubscriptionChange(expiresAt: $0.until)) })
    }

    /// Changes subscriptions, up to 20 in one request. Each has its own result, in the same order.
    public func updateSubscriptions(
        _ changes: [(id: String, change: SubscriptionChange)]
    ) async -> [Result<GraphSubscription, GraphError>] {
        await self.batch(changes, to: "renew the subscription") { item throws(GraphError) in
            try self.call(changing: item.id, item.change, to: "renew the subscription")
        }
    }

    /// Authorizes subscriptions anew, up to 20 in one request. Each has its own result, in the same order.
    public func reauthorizeSubscriptions(ids: [String]) async -> [Result<Void, GraphError>] {
        await self.batch(ids.map { GraphBatchRequest(.POST, "subscriptions/\($0.percentEncoded)/reauthorize") })
            .map { $0.map { _ in } }
    }

    /// Deletes subscriptions, up to 20 in one request; one that is not there counts as deleted. Each has its own result, in the
    /// same order.
    public func deleteSubscriptions(ids: [String]) async -> [Result<Void, GraphError>] {
        await self.batch(ids.map { GraphBatchRequest(.DELETE, "subscriptions/\($0.percentEncoded)") }).map { result in
            switch result {
            case .success: .success(())
            case .failure(let error): error.code == .notFound ? .success(()) : .failure(error)
            }
        }
    }

    private func batch<Item>(
        _ items: [Item], size: Int = GraphBatch.maximumSize, to action: String,
        _ call: (Item) throws(GraphError) -> GraphCall
    ) async -> [Result<GraphSubscription, GraphError>] {
        var results: [Result<GraphSubscription, GraphError>] = []
        let calls = items.map { item in Result { () throws(GraphError) in try call(item) } }
        let sent = await self.perform(calls.compactMap { try? $0.get() }, dependencies: [:], size: size)
        var next = sent.makeIterator()
        for call in calls {
            switch call {
            case .failure(let error): results.append(.failure(error))
            case .success:
                guard let result = next.next() else { continue }
                results.append(
                    result.flatMap { response in
                        Result { () throws(GraphError) in try self.subscription(in: response, to: action) }
                    }
                )
            }
        }
        return results
    }

    // MARK: - Requests and answers

    private func call(creating draft: SubscriptionDraft) throws(GraphError) -> GraphCall {
        GraphCall(
            .POST, try self.url("subscriptions"), path: "subscriptions", headers: draft.headers, body: draft.json,
            timeout: GraphCall.slowTimeout, subject: GraphCall.owner(of: draft.resource), to: "create the subscription"
        )
    }

    private func call(
        changing id: String, _ change: SubscriptionChange, to action: String = "change the subscription"
    ) throws(GraphError) -> GraphCall {
        let path = "subscriptions/\(id.percentEncoded)"
        return GraphCall(
            .PATCH, try self.url(path), path: path, body: change.json, timeout: GraphCall.slowTimeout, to: action
        )
    }

    private func call(_ method: HTTPMethod, _ id: String) throws(GraphError) -> GraphCall {
        let path = "subscriptions/\(id.percentEncoded)"
        return GraphCall(
            method, try self.url(path), path: path, to: method == .GET ? "show the subscription" : "delete the subscription"
        )
    }

    private func subscription(in response: GraphResponse, to action: String) throws(GraphError) -> GraphSubscription {
        let subscription = response.body.withUnsafeReadableBytes { bytes -> GraphSubscription? in
            var reader = JSONReader(bytes)
            guard let subscription = try? GraphSubscription.read(from: &reader), (try? reader.finish()) != nil else { return nil }
            return subscription
        }
        guard let subscription else { throw GraphError.unreadable(response, to: action) }
        return subscription
    }
}
