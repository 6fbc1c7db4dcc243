import GraphNotifications
import HTTPTypes

/// Does what the administrator asks for, and says how the subscriptions are.
struct SubscriptionDesk: Sendable {
    let registry: SubscriptionRegistry
    /// `nil` without access to Graph.
    let manager: SubscriptionManager?
    /// Lets what may have been missed of a subscription be looked for; `nil` if nobody can.
    let catchUp: (@Sendable (String) async throws(GraphError) -> Void)?

    /// All of them, by name.
    func all() -> [SubscriptionReport] {
        let managed = (self.manager?.status() ?? []).map {
            SubscriptionReport($0, declaredIn: self.registry.declaration(of: $0.name) ?? .administration)
        }
        return (managed + self.registry.kept).sorted { $0.name < $1.name }
    }

    func one(_ name: String) throws(AdminFailure) -> SubscriptionReport {
        guard let report = self.all().first(where: { $0.name == name }) else { throw .unknown(name) }
        return report
    }

    /// Declares one, and waits for Graph. It is kept across restarts.
    ///
    /// - Returns: How it is, and whether Graph has it.
    /// - Throws: Why it can never be; then it is forgotten.
    func declare(_ declaration: SubscriptionDeclaration) async throws(AdminFailure) -> (SubscriptionReport, isAlive: Bool) {
        let manager = try self.requireManager()
        try self.registry.add(declaration)
        manager.declare(self.registry.requests)
        do throws(GraphError) {
            try await manager.renew(name: declaration.name)
        } catch {
            guard !error.isRetryable else { return (try self.one(declaration.name), false) }
            try self.registry.remove(declaration.name)
            manager.declare(self.registry.requests)
            throw AdminFailure(error, isTriedAgain: false)
        }
        return (try self.one(declaration.name), true)
    }

    func perform(_ order: SubscriptionRegistry.Order, on name: String) async throws(AdminFailure) -> SubscriptionReport {
        let manager = try self.requireKept(name)
        do throws(GraphError) {
            switch order {
            case .renew: try await manager.renew(name: name)
            case .recreate: try await manager.recreate(name: name)
            case .reauthorize: try await manager.reauthorize(name: name)
            case .catchUp:
                guard let catchUp = self.catchUp else { throw Self.cannotCatchUp }
                try await catchUp(name)
            }
        } catch {
            throw AdminFailure(error, isTriedAgain: true)
        }
        return try self.one(name)
    }

    private static let cannotCatchUp = GraphError(
        .invalidDeclaration, "This server does not look for what was missed: nothing was done."
    )

    /// Deletes one at Graph, and takes its declaration back.
    func delete(_ name: String) async throws(AdminFailure) -> SubscriptionRegistry.Deletion {
        let manager = try self.requireKept(name)
        let isConfigured = self.registry.declaration(of: name) == .configuration
        // First: a process that ends meanwhile deletes what it finds undeclared at its next start.
        try self.registry.remove(name)
        do throws(GraphError) {
            try await manager.delete(name: name)
        } catch {
            guard error.code == .notFound else { throw AdminFailure(error, isTriedAgain: true) }
        }
        manager.declare(self.registry.requests)
        return SubscriptionRegistry.Deletion(
            name: name,
            message: isConfigured
                ? "It is deleted at Graph, and created again at the next start unless it is taken out of the configuration."
                : "It is deleted at Graph, and forgotten."
        )
    }

    func orphans() throws(AdminFailure) -> [GraphReport] {
        try self.requireManager().orphans().map { GraphReport($0.subscription, account: $0.account) }
    }

    private func requireKept(_ name: String) throws(AdminFailure) -> SubscriptionManager {
        switch try self.one(name).declaredIn {
        case .configuration, .administration: return try self.requireManager()
        case .elsewhere:
            throw AdminFailure(
                .conflict, "keptElsewhere",
                "\(name) is kept alive by somebody else, so nothing was done: ask whoever created it."
            )
        }
    }

    private func requireManager() throws(AdminFailure) -> SubscriptionManager {
        guard let manager = self.manager else {
            throw AdminFailure(
                .conflict, "noAccount",
                "This server has no account of Graph to keep subscriptions with; set graph.tenantId, graph.clientId, a credential and "
                    + "http.publicUrl."
            )
        }
        return manager
    }
}
