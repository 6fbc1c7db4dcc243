/// An application as one tenant knows it.
public struct EmulatedApplication: Sendable, Equatable {
    /// The application (client) id: a GUID in lower case.
    public var id: String
    /// What people call it.
    public var name: String
    /// The object id of its service principal, which Graph calls the creator of its subscriptions.
    public var servicePrincipalID: String
    /// What it may sign in with. They open nothing but this emulator.
    public var secrets: [Secret]
    /// Certificates that it may sign in with, in PEM. Their private keys are not asked for.
    public var certificates: [String]
    /// What it may do for itself, for example `Mail.Read`.
    public var applicationPermissions: [String]
    /// What it may do for users who sign in, for example `Chat.Read`.
    public var delegatedPermissions: [String]
    /// The form of tokens that are for this application.
    public var tokenVersion: TokenVersion
    /// Whether it may sign users in without showing a secret, as the device code flow does.
    public var isPublicClient: Bool
    /// Set if it is a managed identity.
    public var managedIdentity: ManagedIdentity?
    /// How many subscriptions it may have; `nil`: as everybody.
    public var quotas: SubscriptionQuotas?

    /// A secret, and when it ends.
    public struct Secret: Sendable, Equatable {
        public var value: String
        /// Milliseconds since 1970; `nil`: never.
        public var expiresAt: Int64?

        public init(_ value: String, expiresAt: Int64? = nil) {
            self.value = value
            self.expiresAt = expiresAt
        }
    }

    /// An identity for which the platform keeps the credentials.
    public struct ManagedIdentity: Sendable, Equatable {
        /// What callers of the App Service endpoint send as `X-IDENTITY-HEADER`.
        public var header: String
        /// The resource id of an identity that users assign, by which callers may choose it.
        public var resourceID: String?

        public init(header: String, resourceID: String? = nil) {
            self.header = header
            self.resourceID = resourceID
        }
    }

    public init(
        id: String, name: String, servicePrincipalID: String, secrets: [Secret] = [], certificates: [String] = [],
        applicationPermissions: [String] = [], delegatedPermissions: [String] = [], tokenVersion: TokenVersion = .v1,
        isPublicClient: Bool = false, managedIdentity: ManagedIdentity? = nil, quotas: SubscriptionQuotas? = nil
    ) {
        self.id = id
        self.name = name
        self.servicePrincipalID = servicePrincipalID
        self.secrets = secrets
        self.certificates = certificates
        self.applicationPermissions = applicationPermissions
        self.delegatedPermissions = delegatedPermissions
        self.tokenVersion = tokenVersion
        self.isPublicClient = isPublicClient
        self.managedIdentity = managedIdentity
        self.quotas = quotas
    }

    /// May do everything that applications and users may do, and signs in with `contoso-development-secret`.
    public static let contoso = EmulatedApplication(
        id: "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924", name: "Contoso Relay",
        servicePrincipalID: "5d20c7e1-8a94-4b3f-a6d2-e91b04f7c385", secrets: [Secret("contoso-development-secret")],
        applicationPermissions: ResourceFamily.allApplicationPermissions,
        delegatedPermissions: ResourceFamily.allDelegatedPermissions, isPublicClient: true
    )

    /// A managed identity that may do everything applications may do.
    public static let contosoIdentity = EmulatedApplication(
        id: "91b7e0c3-4d28-4f6a-b5e1-7c03a9d2f846", name: "Contoso Identity",
        servicePrincipalID: "e3f8a6d1-0b57-4c92-8e34-6a1d95c7b208",
        applicationPermissions: ResourceFamily.allApplicationPermissions,
        managedIdentity: ManagedIdentity(header: "contoso-identity-header")
    )
}
