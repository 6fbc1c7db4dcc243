import Crypto
import CryptoExtras
import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signs with keys of this process, which are made when the first token is.
struct OwnTokenSigner: TokenSigning {
    private static let published = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    private static let unpublished = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// What verifies the tokens that are signed with the published key, in PEM.
    var publicKey: String {
        get throws { try Self.published.get().publicKey.pemRepresentation }
    }

    func sign(_ claims: some JWTPayload, version: TokenVersion, isPublished: Bool) async throws -> String {
        let key = try (isPublished ? Self.published : Self.unpublished).get()
        let thumbprint = Data(Insecure.SHA1.hash(data: key.publicKey.derRepresentation)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let id = JWKIdentifier(string: thumbprint)
        let keys = try await JWTKeyCollection().add(
            rsa: Insecure.RSA.PrivateKey(backing: key), digestAlgorithm: .sha256, kid: id
        )
        var header = JWTHeader()
        header.typ = "JWT"
        if version == .v1 { header.x5t = thumbprint }
        return try await keys.sign(claims, kid: id, header: header)
    }
}
