import GraphNotifications
import HTTPTypes
import Synchronization

/// All subscriptions that Tidings knows, wherever they were declared, and what the administrator can have done to them.
final class SubscriptionRegistry: Sendable {
    /// What can be done to one that is kept alive here.
    enum Order: String, Sendable, CaseIterable {
        case renew, recreate, reauthorize
        case catchUp = "catch-up"
    }

    /// How a deletion went.
    struct Deletion: Codable, Equatable, Sendable {
        var name: String
        var message: String
    }

    private struct State {
        var declared: [SubscriptionDeclaration]
        /// Those of the configuration that were deleted since the start.
        var deleted: Set<String> = []
    }

    private let configured: [ServerSettings.ManagedSubscription]
    private let external: [ServerSettings.ExternalSubscription]
    private let accounts: [GraphAccount]
    private let file: DeclarationFile
    private let state: Mutex<State>

    /// - Throws: ``Failure`` if what was declared before cannot be read, or does not fit the configuration any more.
    init(_ settings: ServerSettings, file: DeclarationFile) throws(Failure) {
        self.configured = settings.managed
        self.external = settings.external
        self.accounts = settings.accounts
        self.file = file
        let taken = Set(settings.managed.map(\.name) + settings.external.map(\.name))
        // What the configuration says now counts more than what was said to an earlier process.
        let declared = try file.load().filter { !taken.contains($0.name) }
        for declaration in declared where !settings.accounts.isEmpty {
            do {
                _ = try declaration.subscription(accounts: settings.accounts)
            } catch {
                throw Failure(
                    "The subscription \(declaration.name.withoutControlCharacters) in \(file.path) cannot be kept: \(error.description) "
                        + "Remove it there, or put it right."
                )
            }
        }
        self.state = Mutex(State(declared: declared))
    }

    /// The names of all of them.
    var names: [String] {
        self.subscriptions.map(\.name) + self.external.map(\.name)
    }

    /// What is to be kept alive.
    var requests: [SubscriptionRequest] { self.subscriptions.map(\.request) }

    private var subscriptions: [ServerSettings.ManagedSubscription] {
        let state = self.state.withLock { ($0.declared, $0.deleted) }
        return self.configured.filter { !state.1.contains($0.name) }
            + state.0.compactMap { try? $0.subscription(accounts: self.accounts) }
    }

    /// Who declared a subscription.
    func declaration(of name: String) -> SubscriptionReport.Declaration? {
        if self.external.contains(where: { $0.name == name }) { return .elsewhere }
        if self.configured.contains(where: { $0.name == name }) { return .configuration }
        return self.state.withLock { $0.declared.contains { $0.name == name } } ? .administration : nil
    }

    /// Those that somebody else keeps.
    var kept: [SubscriptionReport] { self.external.map { SubscriptionReport($0) } }

    // MARK: - Changes

    /// Takes a declaration, and writes it down for the next start.
    func add(_ declaration: SubscriptionDeclaration) throws(AdminFailure) {
        do {
            _ = try declaration.subscription(accounts: self.accounts)
        } catch {
            throw AdminFailure(.badRequest, "invalidRequest", error.description)
        }
        guard self.declaration(of: declaration.name) == nil else {
            throw AdminFailure(
                .conflict, "alreadyExists",
                "There is a subscription \(declaration.name) already; choose another name, or delete it first."
            )
        }
        try self.change { $0.append(declaration) }
    }

    /// Takes it back. One of the configuration stays away until the next start.
    func remove(_ name: String) throws(AdminFailure) {
        if self.configured.contains(where: { $0.name == name }) {
            self.state.withLock { _ = $0.deleted.insert(name) }
        } else {
            try self.change { $0.removeAll { $0.name == name } }
        }
    }

    /// Changes the list and the file together. It is short, and rare: whoever comes meanwhile can wait.
    private func change(_ change: (inout [SubscriptionDeclaration]) -> Void) throws(AdminFailure) {
        let failure = self.state.withLock { state -> Failure? in
            var declared = state.declared
            change(&declared)
            do throws(Failure) {
                try self.file.store(declared)
            } catch {
                return error
            }
            state.declared = declared
            return nil
        }
        if let failure { throw AdminFailure(.serviceUnavailable, "storageFailed", failure.description) }
    }
}
