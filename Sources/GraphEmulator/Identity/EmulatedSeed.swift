#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// What the emulator begins with: tenants with their people and applications, as a file can describe them.
///
/// ```json
/// {
///   "tenants": [{
///     "id": "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611",
///     "name": "Contoso",
///     "users": [{ "id": "0e9a5b71-…", "displayName": "Sales", "userPrincipalName": "sales@example.com" }],
///     "applications": [{
///       "id": "c2d0f4a8-…", "servicePrincipalId": "5d20c7e1-…", "secrets": ["…"],
///       "applicationPermissions": ["Mail.Read"]
///     }]
///   }]
/// }
/// ```
public struct EmulatedSeed: Sendable, Equatable, Codable {
    /// The first is the one of whoever calls without a token.
    public var tenants: [EmulatedTenant]
    /// The RSA key, in PEM, that the sign-in service begins with; `nil`: a new one at each start.
    public var signingKey: String?

    public init(tenants: [EmulatedTenant] = [.contoso], signingKey: String? = nil) {
        self.tenants = tenants
        self.signingKey = signingKey
    }

    /// One tenant, `contoso`.
    public static let contoso = EmulatedSeed()

    /// Reads a seed file.
    ///
    /// - Throws: ``GraphEmulatorError`` that says where the file is wrong.
    public init(json: Data) throws(GraphEmulatorError) {
        do {
            self = try JSONDecoder().decode(EmulatedSeed.self, from: json)
        } catch {
            throw .unreadableSeed(error)
        }
    }

    /// The keys that tokens are signed with at the start.
    func signingKeys(now: Int64) throws -> SigningKeys {
        guard let pem = self.signingKey else { return SigningKeys(try .random(now: now)) }
        do {
            return SigningKeys(try SigningKey(pem: pem, now: now))
        } catch {
            throw GraphEmulatorError(.invalidSeed, "The signing key of the seed is no RSA key in PEM with at least 2,048 bits.")
        }
    }

    func validate() throws(GraphEmulatorError) {
        func refuse(_ message: String) -> GraphEmulatorError { GraphEmulatorError(.invalidSeed, message) }
        guard !self.tenants.isEmpty else { throw refuse("The emulator has no tenants: give it at least one.") }
        var tenants: Set<String> = []
        var principals: Set<String> = []
        for tenant in self.tenants {
            guard tenants.insert(tenant.id.lowercased()).inserted else {
                throw refuse("The tenant '\(tenant.id)' is there twice.")
            }
            guard !tenant.users.isEmpty else { throw refuse("The tenant '\(tenant.name)' has no users: give it at least one.") }
            for user in tenant.users {
                guard principals.insert(user.id.lowercased()).inserted,
                    principals.insert(user.userPrincipalName.lowercased()).inserted
                else { throw refuse("'\(user.userPrincipalName)' is there twice: ids and names of users must differ.") }
            }
            var applications: Set<String> = []
            for application in tenant.applications {
                guard applications.insert(application.id.lowercased()).inserted,
                    principals.insert(application.servicePrincipalID.lowercased()).inserted
                else {
                    throw refuse(
                        "The application '\(application.id)' is twice in '\(tenant.name)': ids and service principals must differ."
                    )
                }
                for pem in application.certificates where (try? ClientCertificate(pem: pem)) == nil {
                    throw refuse("A certificate of the application '\(application.id)' is no RSA certificate in PEM.")
                }
            }
        }
    }
}
