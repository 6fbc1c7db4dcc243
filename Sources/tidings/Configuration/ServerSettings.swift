import GraphNotifications
import Logging
import SQLiteStorage
import SignalRAuthentication

/// What a relay is made of, whoever decided it: the configuration of `tidings serve`, or `tidings dev`.
struct ServerSettings: Sendable {
    /// How applications sign in.
    enum ClientAuthentication: Sendable {
        case none
        /// All with one secret.
        case token(Secret)
        /// Each user with a token of an issuer.
        case jwt(JWTConfiguration)
    }

    /// A subscription that Tidings creates and keeps alive.
    struct ManagedSubscription: Sendable, Equatable {
        var name: String
        var resource: String
        var changeTypes: ChangeTypes
        /// How long Graph is asked to keep it at a time; `nil` for the longest it allows.
        var lifetime: Duration?
        /// Whether updates bring the object that changed.
        var includesResourceData = false
        /// The account that keeps it; `nil` for the one without a name.
        var account: String?
        /// Which properties of the object are fetched; `nil` if none is.
        var fetched: [String]?

        var request: SubscriptionRequest {
            SubscriptionRequest(
                name: self.name, account: self.account ?? SubscriptionAccount.defaultName, resource: self.resource,
                changeTypes: self.changeTypes, lifetime: self.lifetime,
                includesResourceData: self.includesResourceData
            )
        }
    }

    /// A subscription that somebody else keeps alive.
    struct ExternalSubscription: Sendable, Equatable {
        var name: String
        var id: String
        var clientState: String
        var resource: String?
        var changeTypes: ChangeTypes
        /// Which properties of the object are fetched; `nil` if none is.
        var fetched: [String]?
    }

    var host = "127.0.0.1"
    var port = 8080
    /// How many event loops there are; `nil` for one for each core.
    var threads: Int?
    /// Where Graph reaches the server, without a slash at the end.
    var publicURL: String?
    var allowedOrigins: [String] = []
    /// Over which time clients are sent away when the server ends.
    var drainWindow = Duration.seconds(1)
    var dataDirectory: String
    var retention = RetentionPolicy()
    /// Where the certificates for encrypted notifications are; `nil` for a folder within the data directory.
    var certificates: String?
    /// Who signs in to Graph; the one without a name first.
    var accounts: [GraphAccount] = []
    /// How long an update waits for the object that is fetched.
    var fetchDelay = Duration.seconds(10)
    /// Whether Graph is asked what has changed when notifications may be lost.
    var catchesUp = true
    var clientAuthentication = ClientAuthentication.none
    var clientTopics = ["*"]
    var logLevel = Logger.Level.info
    var managed: [ManagedSubscription] = []
    var external: [ExternalSubscription] = []

    /// The folder of the certificates that Graph encrypts for.
    var certificatesFolder: String { self.certificates ?? "\(self.dataDirectory)/certificates" }

    /// What somebody else keeps, where it is known what it watches.
    var externalRequests: [SubscriptionRequest] {
        let account = self.accounts.first?.key ?? SubscriptionAccount.defaultName
        return self.external.compactMap { subscription in
            subscription.resource.map {
                SubscriptionRequest(
                    name: subscription.name, account: account, resource: $0, changeTypes: subscription.changeTypes
                )
            }
        }
    }

    /// What is fetched, by the names of subscriptions. What notifications would have brought is fetched for what is found without
    /// them.
    var fetchRules: [String: FetchRule] {
        var rules: [String: FetchRule] = [:]
        for subscription in self.managed {
            let account = subscription.request.account
            if let select = subscription.fetched {
                rules[subscription.name] = FetchRule(select: select, account: account)
            } else if subscription.includesResourceData {
                rules[subscription.name] = FetchRule(
                    select: FetchRule.selection(in: subscription.resource), isForRecoveredOnly: true, account: account
                )
            }
        }
        let account = self.accounts.first?.key ?? SubscriptionAccount.defaultName
        for subscription in self.external {
            rules[subscription.name] = subscription.fetched.map { FetchRule(select: $0, account: account) }
        }
        return rules
    }

    /// Where users of this machine reach the server.
    var localURL: String {
        let host = ["0.0.0.0", "::", ""].contains(self.host) ? "127.0.0.1" : self.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(self.port)"
    }

    /// Whether only this machine can reach an address.
    static func isLoopback(_ host: String) -> Bool {
        let host = host.lowercased()
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
