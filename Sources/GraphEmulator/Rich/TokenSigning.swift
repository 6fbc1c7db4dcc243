import JWTKit

/// Signs tokens as the sign-in service does.
protocol TokenSigning: Sendable {
    /// - Parameters:
    ///   - version: Whose header it has: version 1 also names the certificate of the key.
    ///   - isPublished: Whether the key is one that the sign-in service publishes.
    /// - Returns: A JWT in its compact form, signed with RS256.
    func sign(_ claims: some JWTPayload, version: TokenVersion, isPublished: Bool) async throws -> String
}

/// Which form an application's tokens have.
public enum TokenVersion: Int, Sendable, CaseIterable {
    /// From `sts.windows.net`. What an application gets that does not ask for another.
    case v1 = 1
    /// From `login.microsoftonline.com`.
    case v2 = 2
}
