import CryptoExtras
import HTTPTypes
import JWTKit

/// Says whom a request's token stands for. A value of its own, so that it can be used outside of the emulator's lock.
struct AccessTokenChecker: Sendable {
    let keys: SigningKeys
    let tenants: [EmulatedTenant]
    /// What was found genuine before.
    let genuine: GenuineTokens

    /// Graph, besides the emulator under its own address.
    static let audiences = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"]
    /// How far apart two clocks may be, in seconds.
    private static let skew: Int64 = 300

    /// Reads an `Authorization` field.
    ///
    /// - Returns: `nil` if there is none.
    func caller(authorization: String?, now: Int64) throws(GraphRefusal) -> Caller? {
        guard let authorization else { return nil }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .emptyToken }
        let token = String(parts[1])
        return try self.caller(token: token.utf8.contains(UInt8(ascii: " ")) ? token.filter { $0 != " " } : token, now: now)
    }

    private func caller(token text: String, now: Int64) throws(GraphRefusal) -> Caller {
        let claims = try self.genuineClaims(of: text, now: now)
        guard claims.expiresAt > now / 1000 else { throw .invalidToken("Lifetime validation failed, the token is expired.") }
        guard claims.notBefore <= now / 1000 + Self.skew else {
            throw .invalidToken("Access token has expired or is not yet valid.")
        }
        guard Self.isForGraph(claims.audience) else {
            throw .invalidToken("Access token validation failure. Invalid audience.")
        }
        guard let version = [TokenVersion.v1, .v2].first(where: { $0.issuer(tenantID: claims.tenantID) == claims.issuer }),
            claims.version == version.claim, let tenant = self.tenants.first(where: { $0.id == claims.tenantID }),
            let application = (version == .v1 ? claims.applicationV1 : claims.applicationV2).flatMap(tenant.application)
        else { throw .invalidToken("Access token validation failure. Invalid issuer.") }
        let userID = claims.scopes == nil ? nil : claims.objectID
        return Caller(
            tenantID: tenant.id, applicationID: application.id, principalID: userID ?? application.servicePrincipalID,
            userID: userID,
            permissions: Set(claims.roles ?? claims.scopes?.split(separator: " ").map(String.init) ?? []),
            isAdministrator: claims.directoryRoles?.contains(Caller.administratorRole) ?? false,
            tokenExpiresAt: claims.expiresAt * 1000
        )
    }

    private func genuineClaims(of text: String, now: Int64) throws(GraphRefusal) -> TokenClaims {
        if let (claims, keyID) = self.genuine.find(text), self.keys.key(id: keyID, at: now) != nil { return claims }
        guard let token = try? SignedToken<TokenClaims>(text) else {
            throw .invalidToken("Access token validation failure. The token is not well formed.")
        }
        guard token.header.alg == "RS256", let id = token.header.kid, let key = self.keys.key(id: id, at: now),
            token.isSigned(by: key.privateKey.publicKey)
        else { throw .invalidToken("Access token validation failure. Invalid signature.") }
        self.genuine.note(text, claims: token.claims, keyID: id)
        return token.claims
    }

    private static func isForGraph(_ audience: String) -> Bool {
        Self.audiences.contains(audience.lowercased()) || Loopback.contains(origin: audience)
    }
}

extension GraphRefusal {
    static func invalidToken(_ message: String) -> GraphRefusal {
        GraphRefusal(.unauthorized, "InvalidAuthenticationToken", message)
    }

    static let emptyToken = Self.invalidToken("Access token is empty.")

    static let insufficientPrivileges = GraphRefusal(
        .forbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )

    static let accessDenied = GraphRefusal(
        .forbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
    )
}
