/// What a token must say to be accepted, decided without a clock of its own.
struct ClaimRules: Sendable {
    let issuers: Set<String>
    let audiences: Set<String>
    let scopes: [String]
    let claims: [String: String]
    /// In milliseconds.
    let leeway: Int64

    /// - Parameter now: In milliseconds since 1970.
    /// - Returns: When the token ceases to be accepted, in milliseconds since 1970.
    func check(_ token: TokenClaims, now: Int64) throws(JWTAuthenticationError) -> Int64 {
        guard let issuer = token["iss"], token.values["iss"]?.count == 1, self.issuers.contains(issuer) else {
            throw JWTAuthenticationError(.wrongIssuer, "The token was issued by somebody else than it must be.")
        }
        guard token.values["aud"]?.contains(where: self.audiences.contains) ?? false else {
            throw JWTAuthenticationError(.wrongAudience, "The token was issued for another application.")
        }
        guard let expiry = token.time("exp") else {
            throw JWTAuthenticationError(.malformedToken, "The token does not say when it expires.")
        }
        let end = expiry + self.leeway
        guard now < end else { throw JWTAuthenticationError(.expired, "The token has expired.") }
        if token.values["nbf"] != nil {
            guard let start = token.time("nbf") else {
                throw JWTAuthenticationError(.malformedToken, "The token does not say clearly from when on it is valid.")
            }
            guard now >= start - self.leeway else {
                throw JWTAuthenticationError(.notYetValid, "The token is not valid yet.")
            }
        }
        var granted: Set<String> = []
        for value in (token.values["scp"] ?? []) + (token.values["scope"] ?? []) {
            granted.formUnion(value.split(separator: " ").map(String.init))
        }
        if let missing = self.scopes.first(where: { !granted.contains($0) }) {
            throw JWTAuthenticationError(.missingClaim, "The token lacks the scope \(missing).")
        }
        for (name, value) in self.claims where !(token.values[name]?.contains(value) ?? false) {
            throw JWTAuthenticationError(.missingClaim, "The claim \(name) of the token is not what is required.")
        }
        return end
    }
}
