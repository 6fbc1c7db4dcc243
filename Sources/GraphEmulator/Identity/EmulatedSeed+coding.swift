extension EmulatedSeed {
    private enum Key: String, CodingKey, CaseIterable { case tenants, signingKey }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(tenants: try object.required(.tenants), signingKey: try object.optional(.signingKey))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.tenants, forKey: .tenants)
        try container.encodeIfPresent(self.signingKey, forKey: .signingKey)
    }
}

extension EmulatedTenant: Codable {
    private enum Key: String, CodingKey, CaseIterable { case id, name, users, applications }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        let id: String = try object.required(.id)
        self.init(
            id: id, name: try object.value(.name, default: id), users: try object.required(.users),
            applications: try object.value(.applications, default: [])
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.name, forKey: .name)
        try container.encode(self.users, forKey: .users)
        try container.encode(self.applications, forKey: .applications)
    }
}

extension EmulatedUser: Codable {
    private enum Key: String, CodingKey, CaseIterable { case id, displayName, userPrincipalName, isAdministrator }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(
            id: try object.required(.id), displayName: try object.required(.displayName),
            userPrincipalName: try object.required(.userPrincipalName),
            isAdministrator: try object.value(.isAdministrator, default: false)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.displayName, forKey: .displayName)
        try container.encode(self.userPrincipalName, forKey: .userPrincipalName)
        try container.encode(self.isAdministrator, forKey: .isAdministrator)
    }
}

extension EmulatedApplication: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case id, name
        case servicePrincipalID = "servicePrincipalId"
        case secrets, certificates, applicationPermissions, delegatedPermissions, tokenVersion, isPublicClient, managedIdentity
        case quotas
    }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        let id: String = try object.required(.id)
        self.init(
            id: id, name: try object.value(.name, default: id), servicePrincipalID: try object.required(.servicePrincipalID),
            secrets: try object.value(.secrets, default: []), certificates: try object.value(.certificates, default: []),
            applicationPermissions: try object.value(.applicationPermissions, default: []),
            delegatedPermissions: try object.value(.delegatedPermissions, default: []),
            tokenVersion: try object.value(.tokenVersion, default: .v1),
            isPublicClient: try object.value(.isPublicClient, default: false),
            managedIdentity: try object.optional(.managedIdentity), quotas: try object.optional(.quotas)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.id, forKey: .id)
        try container.encode(self.name, forKey: .name)
        try container.encode(self.servicePrincipalID, forKey: .servicePrincipalID)
        try container.encode(self.secrets, forKey: .secrets)
        try container.encode(self.certificates, forKey: .certificates)
        try container.encode(self.applicationPermissions, forKey: .applicationPermissions)
        try container.encode(self.delegatedPermissions, forKey: .delegatedPermissions)
        try container.encode(self.tokenVersion, forKey: .tokenVersion)
        try container.encode(self.isPublicClient, forKey: .isPublicClient)
        try container.encodeIfPresent(self.managedIdentity, forKey: .managedIdentity)
        try container.encodeIfPresent(self.quotas, forKey: .quotas)
    }
}

extension EmulatedApplication.Secret: Codable {
    private enum Key: String, CodingKey, CaseIterable { case value, expiresAt }

    /// A string, or an object with the moment at which it ends.
    public init(from decoder: any Decoder) throws {
        if let value = try? decoder.singleValueContainer().decode(String.self) {
            self.init(value)
            return
        }
        let object = try SeedObject(decoder, Key.self)
        let expiry: String? = try object.optional(.expiresAt)
        let moment = expiry.flatMap { GraphDateTime.parse($0) }
        if let expiry, moment == nil {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "'\(expiry)' is no moment such as 2026-11-24T09:30:00Z"
                ))
        }
        self.init(try object.required(.value), expiresAt: moment)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.value, forKey: .value)
        try container.encodeIfPresent(self.expiresAt.map { GraphDateTime.utc($0) }, forKey: .expiresAt)
    }
}

extension EmulatedApplication.ManagedIdentity: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case header
        case resourceID = "resourceId"
    }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(header: try object.required(.header), resourceID: try object.optional(.resourceID))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.header, forKey: .header)
        try container.encodeIfPresent(self.resourceID, forKey: .resourceID)
    }
}

extension SubscriptionQuotas: Codable {
    private enum Key: String, CodingKey, CaseIterable {
        case perMailbox, directoryPerApplicationAndTenant, directoryPerTenant, directoryPerApplication
        case teamsPerApplicationAndResource, teamsPerUser, teamsPerTenant, callRecordsPerTenant
        case approvalsPerApplicationAndTenant, approvalsPerTenant

        var property: WritableKeyPath<SubscriptionQuotas, Int> {
            switch self {
            case .perMailbox: \.perMailbox
            case .directoryPerApplicationAndTenant: \.directoryPerApplicationAndTenant
            case .directoryPerTenant: \.directoryPerTenant
            case .directoryPerApplication: \.directoryPerApplication
            case .teamsPerApplicationAndResource: \.teamsPerApplicationAndResource
            case .teamsPerUser: \.teamsPerUser
            case .teamsPerTenant: \.teamsPerTenant
            case .callRecordsPerTenant: \.callRecordsPerTenant
            case .approvalsPerApplicationAndTenant: \.approvalsPerApplicationAndTenant
            case .approvalsPerTenant: \.approvalsPerTenant
            }
        }
    }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init()
        for key in Key.allCases {
            self[keyPath: key.property] = try object.value(key, default: self[keyPath: key.property])
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for key in Key.allCases { try container.encode(self[keyPath: key.property], forKey: key) }
    }
}
