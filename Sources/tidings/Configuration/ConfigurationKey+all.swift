import Configuration
import GraphEmulator

/// Every key there is. What is not here is refused, wherever it is written; `tidings.example.yaml` shows them all.
extension ConfigurationKey {
    static let host = ConfigurationKey(
        "http.host", .text, default: "127.0.0.1",
        "The address to listen at. One that others can reach needs clients.authentication."
    )
    static let port = ConfigurationKey(
        "http.port", .integer(1...65535), default: 8080,
        "The port to listen at."
    )
    static let threads = ConfigurationKey(
        "http.threads", .integer(1...256),
        "How many threads answer requests and send to clients; one for each core if it is not set."
    )
    static let publicURL = ConfigurationKey(
        "http.publicUrl", .text,
        "Where Graph reaches this server: a reverse proxy with TLS. Needed as soon as a subscription is declared."
    )
    static let allowedOrigins = ConfigurationKey(
        "http.allowedOrigins", .list(nil), default: .stringArray([]),
        "Web pages of these origins may connect to the hub, besides those from this server itself."
    )
    static let drainSeconds = ConfigurationKey(
        "http.drainSeconds", .integer(0...60), default: 1,
        "Over how many seconds clients are sent away when the server ends, so that not all come back at once."
    )
    static let directory = ConfigurationKey(
        "storage.directory", .text, default: "tidings-data",
        "Where the database and the admin token are kept. It is created with mode 0700."
    )
    static let retentionDays = ConfigurationKey(
        "storage.retentionDays", .integer(1...3650), default: 7,
        "How many days an application may be away and still get everything it missed."
    )
    static let retentionMegabytes = ConfigurationKey(
        "storage.retentionMegabytes", .integer(1...1_048_576), default: 1024,
        "How large the log of updates may become before its oldest go, in MiB."
    )
    static let tenantID = ConfigurationKey(
        "graph.tenantId", .text,
        "The tenant whose changes are followed. Needed to keep subscriptions alive, as are the next and a credential."
    )
    static let clientID = ConfigurationKey(
        "graph.clientId", .text,
        "The application that is registered in the tenant."
    )
    static let credential = ConfigurationKey(
        "graph.credential", .choice(["secret", "certificate", "workload", "managedIdentity"]),
        "How it signs in; by the one of the next four that is set, if this is not."
    )
    static let clientSecret = ConfigurationKey(
        "graph.clientSecret", .text, isSecret: true,
        "The secret of that application; better kept in the environment, as TIDINGS_GRAPH_CLIENT_SECRET."
    )
    static let clientCertificate = ConfigurationKey(
        "graph.clientCertificate", .text,
        "A PEM file with the certificate that was uploaded to its registration, and the private key."
    )
    static let tokenFile = ConfigurationKey(
        "graph.tokenFile", .text,
        "The file of the token with which the platform vouches for this program (workload); AZURE_FEDERATED_TOKEN_FILE if it is "
            + "not set."
    )
    static let managedIdentity = ConfigurationKey(
        "graph.managedIdentity", .text,
        "Which identity of the Azure machine signs in: system, or one that was given to it, by its client id, as object: and its "
            + "object id, or by its resource id."
    )
    static let cloud = ConfigurationKey(
        "graph.cloud", .choice(["global", "usGovernment", "usGovernmentDoD", "china"]),
        "Which of Microsoft's clouds the tenant is in; global if it is not set."
    )
    static let graphEndpoint = ConfigurationKey(
        "graph.endpoint", .text,
        "Where Graph is, instead of where the cloud has it: the emulator."
    )
    static let graphAuthority = ConfigurationKey(
        "graph.authority", .text,
        "Who issues tokens for it, likewise."
    )
    static let certificates = ConfigurationKey(
        "graph.certificates", .text,
        "The folder of the certificates that Graph encrypts for, which tidings certificate makes; certificates, below "
            + "storage.directory, if it is not set."
    )
    static let fetchSeconds = ConfigurationKey(
        "graph.fetchSeconds", .integer(1...60), default: 10,
        "How many seconds an update waits at most for the object that subscriptions.*.fetch asks for; then it goes without."
    )
    static let catchUp = ConfigurationKey(
        "graph.catchUp", .boolean, default: .bool(true),
        "Whether Graph is asked what has changed when notifications may be lost. Updates that are found so say recovered."
    )

    /// What an account is made of, at `graph` itself.
    static let account: [ConfigurationKey] = [
        .tenantID, .clientID, .credential, .clientSecret, .clientCertificate, .tokenFile, .managedIdentity, .cloud,
        .graphEndpoint, .graphAuthority,
    ]

    /// The same key for an account with a name: `graph.accounts.*.tenantId` for `graph.tenantId`.
    var ofNamedAccount: ConfigurationKey {
        ConfigurationKey(
            "graph.accounts.\(Self.wildcard).\(self.components.last ?? "")", self.kind, isSecret: self.isSecret, self.explanation
        )
    }

    static let clientAuthentication = ConfigurationKey(
        "clients.authentication", .choice(["none", "token", "jwt"]), default: "none",
        "How applications sign in: not at all, which is only allowed on a loopback address, with clients.token, or with a "
            + "JSON Web Token (jwt) of clients.issuer for each of their users."
    )
    static let clientToken = ConfigurationKey(
        "clients.token", .text, isSecret: true,
        "What applications present as a bearer token, at least 16 characters; better kept in the environment, "
            + "as TIDINGS_CLIENTS_TOKEN."
    )
    static let clientIssuer = ConfigurationKey(
        "clients.issuer", .text,
        "Who issues the tokens of the users (iss), to the letter. Needed for jwt, as is the next."
    )
    static let clientAudience = ConfigurationKey(
        "clients.audience", .text,
        "Whom they are issued for (aud): this server, as its registration at the issuer calls it."
    )
    static let clientKeysURL = ConfigurationKey(
        "clients.jwksUrl", .text,
        "Where the keys of the issuer are; without it, where its /.well-known/openid-configuration says."
    )
    static let clientUserIDClaim = ConfigurationKey(
        "clients.userIdClaim", .text,
        "The claim that is the user's id, as in the topic user/{id}; without it oid, or else sub."
    )
    static let clientScopes = ConfigurationKey(
        "clients.scopes", .list(nil),
        "The scopes that the tokens of users must have (scp, scope), all of them; who lacks one is answered 403."
    )
    static let clientTopics = ConfigurationKey(
        "clients.topics", .list(nil),
        "Which topics applications that signed in may follow. One that ends in * stands for all that begin so. Without it "
            + "* for those with clients.token, and nothing but user/{own id} for users with a token of their own."
    )
    static let logLevel = ConfigurationKey(
        "log.level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]), default: "info",
        "What is written to standard error: this, and what is graver."
    )
    static let resource = ConfigurationKey(
        "subscriptions.*.resource", .text,
        "What to watch. The name above it appears in the topic subscription/{name}."
    )
    static let subscriptionAccount = ConfigurationKey(
        "subscriptions.*.account", .text,
        "The account of graph.accounts that keeps it; needed if there are several, and none at graph itself."
    )
    static let changeTypes = ConfigurationKey(
        "subscriptions.*.changeTypes", .list(["created", "updated", "deleted"]),
        default: .stringArray(["created", "updated", "deleted"]),
        "Which kinds of change."
    )
    static let lifetimeMinutes = ConfigurationKey(
        "subscriptions.*.lifetimeMinutes", .integer(45...43_200),
        "How long Graph is asked to keep it at a time; the longest that Graph allows if it is not set."
    )
    static let includeResourceData = ConfigurationKey(
        "subscriptions.*.includeResourceData", .boolean, default: .bool(false),
        "Whether updates bring the object that changed, which Graph encrypts for a certificate. Mail, events and contacts then "
            + "need a resource that ends in ?$select= and the properties."
    )
    static let fetchSelect = ConfigurationKey(
        "subscriptions.*.fetch.select", .list(nil),
        "The properties of the object that changed which are fetched, and stand in data, where notifications do not bring it."
    )
    static let subscriptionID = ConfigurationKey(
        "subscriptions.*.id", .text,
        "Graph's id of a subscription that somebody else creates and renews; Tidings only receives for it."
    )
    static let clientState = ConfigurationKey(
        "subscriptions.*.clientState", .text, isSecret: true,
        "The secret that such a subscription was created with."
    )

    /// In the order of the example file.
    static let all: [ConfigurationKey] =
        [
            .host, .port, .threads, .publicURL, .allowedOrigins, .drainSeconds,
            .directory, .retentionDays, .retentionMegabytes,
        ] + Self.account + Self.account.map(\.ofNamedAccount) + [
            .certificates, .fetchSeconds, .catchUp,
            .clientAuthentication, .clientToken, .clientIssuer, .clientAudience, .clientKeysURL, .clientUserIDClaim,
            .clientScopes, .clientTopics,
            .logLevel,
            .resource, .subscriptionAccount, .changeTypes, .lifetimeMinutes, .includeResourceData, .fetchSelect,
            .subscriptionID, .clientState,
        ]

    /// The key at a path, if there is one.
    static func key(at path: [String]) -> ConfigurationKey? {
        self.all.first { $0.matches(path) }
    }

    /// The words that may follow `path`; empty if it is no section.
    static func words(after path: [String]) -> [String] {
        var words: [String] = []
        for key in self.all where key.components.count > path.count && key.begins(with: path) {
            let word = key.components[path.count]
            if !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// How to say that there is no such key, with the one that may have been meant.
    static func unknown(_ path: [String]) -> String {
        let section = Array(path.dropLast())
        let word = path.last ?? ""
        let shown = path.joined(separator: ".").withoutControlCharacters
        if let meant = Suggestion.nearest(to: word, among: self.words(after: section).filter { $0 != self.wildcard }) {
            return "there is no key \(shown); did you mean \((section + [meant]).joined(separator: "."))?"
        }
        // The right word in the wrong section.
        if let meant = self.all.first(where: { $0.components.last == word && !$0.components.contains(self.wildcard) }) {
            return "there is no key \(shown); did you mean \(meant.path())?"
        }
        return "there is no key \(shown); tidings.example.yaml shows those there are."
    }
}
