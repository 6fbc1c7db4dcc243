import Configuration
import GraphNotifications

/// Reads an account from the configuration: the one at `graph`, or one of `graph.accounts`.
struct AccountReader {
    /// The variable in which Kubernetes names the file of its token.
    private static let tokenFileVariable = "AZURE_FEDERATED_TOKEN_FILE"
    /// Names that stand for no tenant in particular, where an application by itself cannot sign in.
    private static let shared = ["common", "organizations", "consumers"]

    let config: ConfigReader
    /// All variables of the process.
    let environment: [String: String]
    /// The name of the account; `nil` for the one at `graph`.
    let name: String?

    /// Whether anything is set of what only an account has.
    var isMentioned: Bool {
        let keys: [ConfigurationKey] = [.clientID, .credential] + ConfigurationKey.proofs
        return keys.contains { self.text($0) != nil }
    }

    /// The account.
    ///
    /// - Parameter purpose: What it is needed for, to stand after "to"; `nil` if it may be missing.
    /// - Returns: `nil` if something is missing, and may be.
    func account(neededTo purpose: String?) throws(Failure) -> GraphAccount? {
        guard let tenantID = self.text(.tenantID) else { return try self.missing(.tenantID, purpose) }
        guard !Self.shared.contains(tenantID.lowercased()) else {
            throw Failure(
                "\(self.path(.tenantID)) must be the id of one tenant, or a domain of it: an application cannot sign in to "
                    + "\(tenantID.lowercased())."
            )
        }
        let proof: AccountProof
        switch try self.proof() {
        case .found(let found): proof = found
        case .missing:
            if self.text(.clientID) == nil { return try self.missing(.clientID, purpose) }
            return try self.missing(
                .clientSecret, purpose, others: ", or another credential: \(self.list(ConfigurationKey.proofs[1...]))")
        }
        var clientID = self.text(.clientID)
        if case .managedIdentity = proof {
            if clientID == nil { clientID = self.identityClientID }
        } else if clientID == nil {
            return try self.missing(.clientID, purpose)
        }
        let cloud = self.text(.cloud).flatMap(GraphCloud.init(named:)) ?? .global
        for key in [ConfigurationKey.graphEndpoint, .graphAuthority] where self.text(.cloud) != nil && self.text(key) != nil {
            throw Failure("\(self.path(.cloud)) and \(self.path(key)) both say where Graph is; remove one of them.")
        }
        return GraphAccount(
            name: self.name, tenantID: tenantID, clientID: clientID, proof: proof,
            endpoint: try self.url(.graphEndpoint) ?? cloud.baseURL, authority: try self.url(.graphAuthority) ?? cloud.authority
        )
    }

    // MARK: - How it signs in

    private enum Found {
        case found(AccountProof)
        case missing
    }

    private func proof() throws(Failure) -> Found {
        let given = ConfigurationKey.proofs.filter { self.text($0) != nil }
        if let choice = self.text(.credential) { return .found(try self.proof(choice, given: given)) }
        guard given.count <= 1 else {
            throw Failure("\(self.list(given[...], "and")) are set, and one credential is enough; remove the others.")
        }
        guard let key = given.first else { return .missing }
        return .found(try self.proof(of: key))
    }

    private func proof(_ choice: String, given: [ConfigurationKey]) throws(Failure) -> AccountProof {
        let index = ["secret", "certificate", "workload", "managedIdentity"].firstIndex(of: choice) ?? 0
        let key = ConfigurationKey.proofs[index]
        if let other = given.first(where: { $0.components != key.components }) {
            throw Failure(
                "\(self.path(other)) is set but of no use, because \(self.path(.credential)) is \(choice); remove one of them."
            )
        }
        return try self.proof(of: key)
    }

    private func proof(of key: ConfigurationKey) throws(Failure) -> AccountProof {
        let value = self.text(key)
        switch key.components.last {
        case ConfigurationKey.clientSecret.components.last:
            return .secret(
                try self.required(
                    value, key,
                    "the value of a secret of the application, best in "
                        + "\(self.key(key).environmentVariable(of: self.name))"))
        case ConfigurationKey.clientCertificate.components.last:
            return .certificate(try self.required(value, key, "a PEM file with the certificate and its private key"))
        case ConfigurationKey.tokenFile.components.last:
            return .workload(
                try self.required(
                    value ?? self.environment[Self.tokenFileVariable], key,
                    "the file of the platform's token, unless \(Self.tokenFileVariable) names it"
                )
            )
        default:
            return .managedIdentity(try self.identity(value ?? "system"))
        }
    }

    private func required(_ value: String?, _ key: ConfigurationKey, _ what: String) throws(Failure) -> String {
        guard let value, !value.isEmpty else {
            throw Failure(
                "\(self.path(.credential)) is \(self.text(.credential) ?? ""), so \(self.path(key)) must be set: \(what)."
            )
        }
        return value
    }

    private func identity(_ text: String) throws(Failure) -> ManagedIdentity {
        if text == "system" { return .systemAssigned }
        if text.hasPrefix("object:"), GUID.isOne(text.dropFirst("object:".count)) { return .objectID(String(text.dropFirst(7))) }
        if text.lowercased().hasPrefix("/subscriptions/") { return .resourceID(text) }
        if GUID.isOne(text) { return .clientID(text) }
        throw Failure(
            "\(self.path(.managedIdentity)) must be system, a client id, object: and an object id, or a resource id "
                + "(/subscriptions/…)."
        )
    }

    /// The client id, if that is how the machine's identity is named.
    private var identityClientID: String? { self.text(.managedIdentity).flatMap { GUID.isOne($0) ? $0 : nil } }

    // MARK: - Keys

    private func key(_ key: ConfigurationKey) -> ConfigurationKey { self.name == nil ? key : key.ofNamedAccount }

    private func text(_ key: ConfigurationKey) -> String? { self.config.text(self.key(key), of: self.name) }

    private func path(_ key: ConfigurationKey) -> String { self.key(key).path(of: self.name) }

    private func url(_ key: ConfigurationKey) throws(Failure) -> String? {
        try ServerSettings.url(self.config, self.key(key), of: self.name)
    }

    private func list(_ keys: ArraySlice<ConfigurationKey>, _ word: String = "or") -> String {
        let paths = keys.map(self.path)
        return paths.dropLast().joined(separator: ", ") + " \(word) " + (paths.last ?? "")
    }

    private func missing(
        _ key: ConfigurationKey, _ purpose: String?, others: String = ""
    ) throws(Failure) -> GraphAccount? {
        guard let purpose else { return nil }
        let variable = self.key(key).environmentVariable(of: self.name)
        throw Failure("\(self.path(key)) is needed to \(purpose)\(others); set it, or \(variable).")
    }
}

extension ConfigurationKey {
    /// What an application can sign in with; one of them is enough. In the order of the choices of ``credential``.
    static let proofs: [ConfigurationKey] = [.clientSecret, .clientCertificate, .tokenFile, .managedIdentity]
}
