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
    var clientAuthentication = ClientAuthentication.none
    var clientTopics = ["*"]
    var logLevel = Logger.Level.info
    var managed: [ManagedSubscription] = []
    var external: [ExternalSubscription] = []

    /// The folder of the certificates that Graph encrypts for.
    var certificatesFolder: String { self.certificates ?? "\(self.dataDirectory)/certificates" }

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
