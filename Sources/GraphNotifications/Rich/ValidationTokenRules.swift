import SignedTokens

/// What a validation token must say, so that a rich notification is from Microsoft Graph and for us.
public struct ValidationTokenRules: Sendable {
    /// The application that Microsoft Graph signs in with to publish change notifications.
    public static let publisherID = "0bf30f3b-4a52-48df-9a82-234910c4a086"

    /// Whom notifications may be for (`aud`): our applications. At least one.
    public var applicationIDs: Set<String>
    /// The tenants whose notifications are taken. `nil`: any.
    public var tenantIDs: Set<String>?
    /// Before the tenant in the issuer of tokens of version 1; a slash follows the tenant.
    public var issuerVersion1 = "https://sts.windows.net/"
    /// Before the tenant in the issuer of tokens of version 2; `/v2.0` follows the tenant.
    public var issuerVersion2 = "https://login.microsoftonline.com/"
    /// By how much clocks may differ. 5 minutes.
    public var leeway: Duration = .seconds(300)

    /// - Parameters:
    ///   - applicationIDs: Our applications.
    ///   - tenantIDs: The tenants that are served; `nil` for any.
    public init(applicationIDs: Set<String>, tenantIDs: Set<String>? = nil) {
        self.applicationIDs = Set(applicationIDs.map { $0.lowercased() })
        self.tenantIDs = tenantIDs.map { Set($0.map { $0.lowercased() }) }
    }

    /// Whom a token stands for.
    struct Sender: Hashable, Sendable {
        var applicationID: String
        var tenantID: String
    }

    /// - Parameters:
    ///   - token: What the token says; that its signature is right is known.
    ///   - now: In milliseconds since 1970.
    func check(_ token: TokenClaims, now: Int64) throws(ContentError) -> Sender {
        guard let tenant = token.single("tid")?.lowercased(), !tenant.isEmpty,
            self.tenantIDs.map({ $0.contains(tenant) }) ?? true
        else { throw Self.refused("is not of a tenant that is served here") }
        let (caller, issuer) =
            token.single("ver") == "1.0"
            ? ("appid", "\(self.issuerVersion1)\(tenant)/") : ("azp", "\(self.issuerVersion2)\(tenant)/v2.0")
        guard token.single("iss")?.lowercased() == issuer.lowercased() else {
            throw Self.refused("was issued by somebody else than its tenant's directory")
        }
        guard let audience = token.single("aud")?.lowercased(), self.applicationIDs.contains(audience) else {
            throw Self.refused("is for another application")
        }
        guard token.single(caller)?.lowercased() == Self.publisherID else {
            throw Self.refused("was not given to Microsoft Graph's publisher of notifications")
        }
        guard let expiry = token.time("exp"), now < expiry + self.leeway.milliseconds else {
            throw Self.refused("has expired")
        }
        if token.values["nbf"] != nil {
            guard let start = token.time("nbf"), now >= start - self.leeway.milliseconds else {
                throw Self.refused("is not valid yet")
            }
        }
        return Sender(applicationID: audience, tenantID: tenant)
    }

    private static func refused(_ reason: String) -> ContentError {
        ContentError(.tokenRefused, "A validation token \(reason).")
    }
}

extension TokenClaims {
    /// The value of a claim that has one.
    fileprivate func single(_ name: String) -> String? {
        guard let values = self.values[name], values.count == 1 else { return nil }
        return values[0]
    }
}
