import GraphNotifications

/// One application in one tenant of Microsoft 365: where Graph is for it, and how it signs in there.
struct GraphAccount: Sendable, Equatable {
    /// What subscriptions call it; `nil` for the one at `graph` itself.
    var name: String?
    var tenantID: String
    /// The application; `nil` for an identity of the machine whose id nobody told.
    var clientID: String?
    var proof: AccountProof
    /// Graph with its version, without a slash at the end.
    var endpoint: String
    /// The sign-in service, without a slash at the end.
    var authority: String

    var cloud: GraphCloud { GraphCloud(authority: self.authority, graph: self.endpoint) }

    /// Its name, also where it has none.
    var key: String { self.name ?? SubscriptionAccount.defaultName }

    /// Whether the tenant is given by its id, which notifications bring, and not by one of its domains.
    var hasTenantGUID: Bool { GUID.isOne(self.tenantID) }

    /// How it is called in a message.
    var title: String { self.name.map { "account \($0)" } ?? "the account" }
}

/// How an application shows who it is. Its description shows no secret.
enum AccountProof: Sendable, Equatable {
    case secret(String)
    /// The path of a PEM file with certificate and key.
    case certificate(String)
    /// The path of the file with the platform's token.
    case workload(String)
    case managedIdentity(ManagedIdentity)
}

extension AccountProof: CustomStringConvertible, CustomDebugStringConvertible {
    var description: String {
        switch self {
        case .secret: "a client secret"
        case .certificate(let path): "the certificate \(path)"
        case .workload(let path): "the platform's token in \(path)"
        case .managedIdentity: "a managed identity"
        }
    }

    var debugDescription: String { self.description }
}
