import SignedTokens

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an access token says, for a person who looks for a mistake. Nothing may be decided by it: it is not for us, and its
/// form is Microsoft's own affair.
struct TokenContents: Sendable, Equatable, Decodable {
    /// Permissions of an application that acts for itself.
    var roles: [String]?
    /// Permissions of an application that acts for a person, with spaces between.
    var scp: String?
    /// Seconds since 1970.
    var iat: Int64?

    /// - Returns: `nil` if the token is not a JSON Web Token.
    init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64URL.decode(parts[1].utf8),
            let contents = try? JSONDecoder().decode(Self.self, from: Data(payload))
        else { return nil }
        self = contents
    }

    init(roles: [String]? = nil, scp: String? = nil, iat: Int64? = nil) {
        self.roles = roles
        self.scp = scp
        self.iat = iat
    }

    /// What may be done with it.
    var permissions: Set<String> {
        Set((self.roles ?? []) + (self.scp ?? "").split(separator: " ").map(String.init))
    }
}
