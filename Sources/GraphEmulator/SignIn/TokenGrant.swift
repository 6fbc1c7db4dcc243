import NIOCore
import enum SignedTokens.Base64URL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A token that somebody may have: decided under the emulator's lock, signed outside of it.
struct TokenGrant: Sendable {
    /// What is signed, and in which form.
    struct Token: Sendable {
        var claims: TokenClaims
        var version: TokenVersion
    }

    var token: Token
    var signer: TokenSigner
    /// In seconds.
    var lifetime: Int64
    /// The permissions that were given, for users only.
    var scope: String?
    /// Says who the user is, to the application.
    var identity: Token?
    var refreshToken: String?

    /// What the token endpoint answers.
    func answer() throws -> JSONObject {
        var object = JSONObject()
        object.set("token_type", "Bearer")
        if let scope { object.set("scope", scope) }
        object.set("expires_in", Int(self.lifetime))
        object.set("ext_expires_in", Int(self.lifetime))
        object.set("access_token", try self.signer.sign(self.token.claims, version: self.token.version))
        if let refreshToken { object.set("refresh_token", refreshToken) }
        if let identity {
            object.set("id_token", try self.signer.sign(identity.claims, version: identity.version))
            var information = JSONObject()
            information.set("uid", identity.claims.objectID)
            information.set("utid", identity.claims.tenantID)
            object.set("client_info", Base64URL.encode(information.bytes.readableBytesView))
        }
        return object
    }

    /// What the endpoints of managed identities answer: numbers are strings there.
    ///
    /// - Parameter hasLifetime: Whether `expires_in` is among it.
    func identityAnswer(resource: String, hasLifetime: Bool) throws -> JSONObject {
        let claims = self.token.claims
        var object = JSONObject()
        object.set("access_token", try self.signer.sign(claims, version: self.token.version))
        object.set("client_id", claims.applicationV1 ?? claims.applicationV2)
        if hasLifetime {
            object.set("expires_in", "\(self.lifetime)")
            object.set("ext_expires_in", "\(self.lifetime)")
        }
        object.set("expires_on", "\(claims.expiresAt)")
        object.set("not_before", "\(claims.notBefore)")
        object.set("resource", resource)
        object.set("token_type", "Bearer")
        return object
    }
}
