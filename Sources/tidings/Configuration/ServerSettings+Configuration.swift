import Configuration
import GraphEmulator
import GraphNotifications
import Logging
import SQLiteStorage
import SignalRAuthentication

extension ServerSettings {
    /// The shortest secret that applications may sign in with.
    private static let minimumTokenLength = 16

    /// Reads the settings. The keys are those of ``ConfigurationKey/all``, whose kinds ``ConfigurationSources`` has checked.
    init(_ sources: ConfigurationSources) throws(Failure) {
        let config = sources.reader
        self.init(dataDirectory: config.text(.directory) ?? "")
        self.host = config.text(.host) ?? self.host
        self.port = config.integer(.port) ?? self.port
        self.threads = config.integer(.threads)
        self.publicURL = try Self.url(config, .publicURL)
        self.allowedOrigins = config.list(.allowedOrigins)
        if let seconds = config.integer(.drainSeconds) { self.drainWindow = .seconds(seconds) }
        if let days = config.integer(.retentionDays) { self.retention.logAge = .seconds(days * 86_400) }
        if let megabytes = config.integer(.retentionMegabytes) { self.retention.logBytes = Int64(megabytes) << 20 }
        if let level = config.text(.logLevel).flatMap(Logger.Level.init(rawValue:)) { self.logLevel = level }
        self.certificates = config.text(.certificates)
        if let seconds = config.integer(.fetchSeconds) { self.fetchDelay = .seconds(seconds) }
        self.catchesUp = config.boolean(.catchUp)
        for name in sources.names.subscriptions { try self.declare(name, config) }
        try self.readClients(config)
        try self.readAccounts(sources)
    }

    private mutating func readClients(_ config: ConfigReader) throws(Failure) {
        let authentication = config.text(.clientAuthentication) ?? "none"
        let token = config.text(.clientToken)
        guard token == nil || authentication == "token" else {
            throw Failure("clients.token is set but nobody asks for it; set clients.authentication to token, or remove it.")
        }
        let keys: [ConfigurationKey] = [.clientIssuer, .clientAudience, .clientKeysURL, .clientUserIDClaim]
        let scopes: [ConfigurationKey] = config.listIfSet(.clientScopes) == nil ? [] : [.clientScopes]
        if authentication != "jwt", let key = keys.first(where: { config.text($0) != nil }) ?? scopes.first {
            throw Failure("\(key.path()) is set but of no use; set clients.authentication to jwt, or remove it.")
        }
        // A server's own topics are for servers; a user's are the user's.
        self.clientTopics = config.listIfSet(.clientTopics) ?? (authentication == "jwt" ? [] : ["*"])
        switch authentication {
        case "token":
            guard let token, token.utf8.count >= Self.minimumTokenLength else {
                throw Failure(
                    "clients.authentication is token, so clients.token must be set, to at least "
                        + "\(Self.minimumTokenLength) characters; \(ConfigurationKey.clientToken.environmentVariable()) is a good place."
                )
            }
            self.clientAuthentication = .token(Secret(token))
        case "jwt":
            self.clientAuthentication = .jwt(try Self.tokens(config))
        default:
            guard Self.isLoopback(self.host) else {
                throw Failure(
                    "Others can reach \(self.host), so clients must sign in there; "
                        + "set clients.authentication to token or jwt, or http.host to 127.0.0.1."
                )
            }
        }
    }

    private static func tokens(_ config: ConfigReader) throws(Failure) -> JWTConfiguration {
        guard let issuer = config.text(.clientIssuer), let audience = config.text(.clientAudience) else {
            throw Failure(
                "clients.authentication is jwt, so clients.issuer and clients.audience must be set: "
                    + "who issues the tokens of the users, and whom for."
            )
        }
        let keys = try Self.url(config, .clientKeysURL)
        if keys == nil {
            // They come from there.
            _ = try Self.url(config, .clientIssuer)
        }
        var tokens = JWTConfiguration(issuer: issuer, audience: audience, keys: keys.map { .jwks($0) } ?? .issuer)
        tokens.userIDClaim = config.text(.clientUserIDClaim)
        tokens.requiredScopes = config.listIfSet(.clientScopes) ?? []
        return tokens
    }

    /// Access to Graph is needed as soon as a subscription is declared. Without any it may be there still: to delete those
    /// that were declared before.
    private mutating func readAccounts(_ sources: ConfigurationSources) throws(Failure) {
        let config = sources.reader
        for name in sources.names.accounts {
            guard name != SubscriptionAccount.defaultName else {
                throw Failure(
                    "graph.accounts.\(name) cannot be called so: that is the account at graph itself; choose another name.")
            }
            let reader = AccountReader(config: config, environment: sources.environment, name: name)
            if let account = try reader.account(neededTo: "sign in as the account \(name)") { self.accounts.append(account) }
        }
        let keeping =
            self.managed.isEmpty ? nil : "keep the subscription \(self.managed.map(\.name).joined(separator: ", ")) alive"
        let fetching = self.external.first { $0.fetched != nil }.map { "fetch the objects of the subscription \($0.name)" }
        let reader = AccountReader(config: config, environment: sources.environment, name: nil)
        let isNeeded = self.accounts.isEmpty || reader.isMentioned
        if let account = try reader.account(neededTo: isNeeded ? keeping ?? fetching : nil) {
            self.accounts.insert(account, at: 0)
        }
        for index in self.managed.indices { try self.assignAccount(at: index) }
        if self.publicURL == nil, let keeping {
            let key = ConfigurationKey.publicURL
            throw Failure("\(key.path()) is needed to \(keeping); set it, or \(key.environmentVariable()).")
        }
    }

    /// A subscription that names no account is kept by the one at `graph`, or by the only one there is.
    private mutating func assignAccount(at index: Int) throws(Failure) {
        let subscription = self.managed[index]
        let key = ConfigurationKey.subscriptionAccount.path(of: subscription.name)
        let names = self.accounts.compactMap(\.name)
        if let name = subscription.account {
            guard !names.contains(name) else { return }
            let meant = Suggestion.nearest(to: name, among: names).map { "did you mean \($0)?" }
            throw Failure(
                "\(key) is \(name.withoutControlCharacters), which is not in graph.accounts; "
                    + (meant ?? "declare it there, or name another one.")
            )
        }
        if self.accounts.first?.name == nil { return }
        guard names.count == 1 else {
            throw Failure("\(key) is needed, because there are several: \(names.joined(separator: ", ")).")
        }
        self.managed[index].account = names[0]
    }

    private mutating func declare(_ name: String, _ config: ConfigReader) throws(Failure) {
        let types = ChangeTypes(config.list(.changeTypes, of: name).joined(separator: ",")) ?? [.created, .updated, .deleted]
        let resource = config.text(.resource, of: name)
        let clientState = config.text(.clientState, of: name)
        let fetched = try Self.properties(config, of: name)
        if let id = config.text(.subscriptionID, of: name) {
            guard config.text(.subscriptionAccount, of: name) == nil else {
                throw Failure(
                    "\(ConfigurationKey.subscriptionAccount.path(of: name)) is of no use next to id: somebody else keeps that "
                        + "subscription alive; remove it."
                )
            }
            guard let clientState else {
                throw Failure(
                    "\(ConfigurationKey.clientState.path(of: name)) is needed next to id: the secret that Graph repeats in "
                        + "every notification of that subscription."
                )
            }
            self.external.append(
                ExternalSubscription(
                    name: name, id: id, clientState: clientState, resource: resource, changeTypes: types, fetched: fetched)
            )
            return
        }
        guard clientState == nil else {
            throw Failure(
                "\(ConfigurationKey.clientState.path(of: name)) only belongs to a subscription with an id, which somebody else "
                    + "keeps alive; remove it, and Tidings chooses one."
            )
        }
        guard let resource else {
            throw Failure(
                "\(ConfigurationKey.resource.path(of: name)) is needed: what to watch, for example "
                    + "users/sales@example.com/messages."
            )
        }
        let subscription = ManagedSubscription(
            name: name, resource: resource, changeTypes: types,
            lifetime: config.integer(.lifetimeMinutes, of: name).map { .seconds($0 * 60) },
            includesResourceData: config.boolean(.includeResourceData, of: name),
            account: config.text(.subscriptionAccount, of: name), fetched: fetched
        )
        guard fetched == nil || !subscription.includesResourceData else {
            throw Failure(
                "\(ConfigurationKey.fetchSelect.path(of: name)) is of no use next to includeResourceData, with which notifications "
                    + "bring the object; remove one of the two."
            )
        }
        do {
            // What Graph would refuse anyway.
            try subscription.request.validate(lifecycleNotificationURL: "https://")
        } catch {
            throw Failure(error.description)
        }
        self.managed.append(subscription)
    }

    /// The properties that are fetched; `nil` if none are.
    private static func properties(_ config: ConfigReader, of name: String) throws(Failure) -> [String]? {
        let key = ConfigurationKey.fetchSelect
        guard let properties = config.listIfSet(key, of: name) else { return nil }
        let isFit =
            !properties.isEmpty
            && properties.allSatisfy { property in
                !property.isEmpty
                    && property.unicodeScalars.allSatisfy {
                        $0.isASCII && ($0.properties.isAlphabetic || "0123456789_/.".unicodeScalars.contains($0))
                    }
            }
        guard isFit else {
            throw Failure("\(key.path(of: name)) must name the properties to fetch, such as [subject, from].")
        }
        return properties
    }

    /// An address of a service, without a slash at its end. Without TLS only on this machine: secrets travel there.
    static func url(
        _ config: ConfigReader, _ key: ConfigurationKey, of name: String? = nil
    ) throws(Failure) -> String? {
        guard var url = config.text(key, of: name) else { return nil }
        while url.hasSuffix("/") { url.removeLast() }
        if url.lowercased().hasPrefix("https://"), url.count > 8 { return url }
        if url.lowercased().hasPrefix("http://"), Self.isLoopback(Self.host(of: url)) { return url }
        throw Failure("\(key.path(of: name)) must begin with https://, or with http:// for an address of this machine.")
    }

    /// The host of a URL that begins with `http://`.
    private static func host(of url: String) -> String {
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
        return String(host.prefix { $0 != ":" })
    }
}
