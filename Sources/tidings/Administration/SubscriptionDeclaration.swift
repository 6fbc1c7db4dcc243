import GraphNotifications

/// A subscription that is declared while the program runs, in Graph's names.
struct SubscriptionDeclaration: Codable, Equatable, Sendable {
    var name: String
    var resource: String
    /// `created,updated,deleted`, or some of them; all if it is not there.
    var changeType: String?
    /// One of the configured accounts; the one a subscription without a name belongs to if it is not there.
    var account: String?
    /// The longest that Graph allows if it is not there.
    var lifetimeMinutes: Int?
    var includeResourceData: Bool?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, resource, changeType, account, lifetimeMinutes, includeResourceData
    }

    init(
        name: String, resource: String, changeType: String? = nil, account: String? = nil, lifetimeMinutes: Int? = nil,
        includeResourceData: Bool? = nil
    ) {
        self.name = name
        self.resource = resource
        self.changeType = changeType
        self.account = account
        self.lifetimeMinutes = lifetimeMinutes
        self.includeResourceData = includeResourceData
    }

    /// What it means, with everything that can be told without Graph looked at.
    ///
    /// - Parameter accounts: Those of the configuration.
    /// - Throws: ``Failure`` with what is wrong.
    func subscription(accounts: [GraphAccount]) throws(Failure) -> ServerSettings.ManagedSubscription {
        guard !self.name.isEmpty, self.name.utf8.count <= 64,
            self.name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw Failure("A name may hold letters, digits, hyphens and underscores only, 64 at most.") }
        guard let types = ChangeTypes(self.changeType ?? "created,updated,deleted") else {
            throw Failure("changeType must be created, updated or deleted, or several of them, separated by commas.")
        }
        let names = accounts.map(\.key)
        var account = accounts.first { $0.name == nil || accounts.count == 1 }
        if let wanted = self.account {
            account = accounts.first { $0.key == wanted }
            guard account != nil else {
                throw Failure(
                    "There is no account \(wanted.withoutControlCharacters); name one of \(names.joined(separator: ", "))."
                )
            }
        }
        guard let account else { throw Failure("account is needed, one of \(names.joined(separator: ", ")).") }
        guard self.lifetimeMinutes.map({ (45...43_200).contains($0) }) ?? true else {
            throw Failure("lifetimeMinutes must be a whole number from 45 to 43200.")
        }
        let subscription = ServerSettings.ManagedSubscription(
            name: self.name, resource: self.resource, changeTypes: types,
            lifetime: self.lifetimeMinutes.map { .seconds($0 * 60) }, includesResourceData: self.includeResourceData ?? false,
            account: account.name
        )
        do {
            try subscription.request.validate(lifecycleNotificationURL: "https://")
        } catch {
            throw Failure(error.description)
        }
        return subscription
    }
}
