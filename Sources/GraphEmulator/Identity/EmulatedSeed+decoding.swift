extension EmulatedSeed {
    private enum Key: String, CodingKey, CaseIterable { case tenants, signingKey }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(tenants: try object.required(.tenants), signingKey: try object.optional(.signingKey))
    }
}

extension EmulatedTenant: Decodable {
    private enum Key: String, CodingKey, CaseIterable { case id, name, users, applications }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        let id: String = try object.required(.id)
        self.init(
            id: id, name: try object.value(.name, default: id), users: try object.required(.users),
            applications: try object.value(.applications, default: [])
        )
    }
}

extension EmulatedUser: Decodable {
    private enum Key: String, CodingKey, CaseIterable { case id, displayName, userPrincipalName, isAdministrator }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(
            id: try object.required(.id), displayName: try object.required(.displayName),
            userPrincipalName: try object.required(.userPrincipalName),
            isAdministrator: try object.value(.isAdministrator, default: false)
        )
    }
}

extension EmulatedApplication: Decodable {
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
}

extension EmulatedApplication.Secret: Decodable {
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
}

extension EmulatedApplication.ManagedIdentity: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case header
        case resourceID = "resourceId"
    }

    public init(from decoder: any Decoder) throws {
        let object = try SeedObject(decoder, Key.self)
        self.init(header: try object.required(.header), resourceID: try object.optional(.resourceID))
    }
}

extension SubscriptionQuotas: Decodable {
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
}
