import CryptoExtras
import JWTKit

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A key that a test made, and both sides of it.
struct TestKey: Sendable {
    let id: String?
    let algorithm: String
    let signer: any JWTAlgorithm
    /// The public side, as an issuer publishes it.
    let jwk: String

    static func rsa(_ id: String?, _ algorithm: String = "RS256", published: String? = nil) async throws -> TestKey {
        let key = try Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
        let signers = JWTKeyCollection()
        if algorithm.hasPrefix("PS") {
            await signers.add(pss: key, digestAlgorithm: .sha256)
        } else {
            await signers.add(rsa: key, digestAlgorithm: .sha256)
        }
        let numbers = try key.publicKey.getKeyPrimitives()
        let members = #""kty":"RSA","n":"\#(numbers.modulus.base64URL)","e":"\#(numbers.publicExponent.base64URL)""#
        return TestKey(id: id, algorithm: algorithm, signer: try await signers.getKey(), members, published: published)
    }

    static func p256(_ id: String?, published: String? = nil) async throws -> TestKey {
        let key = ES256PrivateKey()
        let signers = JWTKeyCollection()
        await signers.add(ecdsa: key)
        let point = key.parameters!
        let members = #""kty":"EC","crv":"P-256","x":"\#(point.x.base64URL)","y":"\#(point.y.base64URL)""#
        return TestKey(id: id, algorithm: "ES256", signer: try await signers.getKey(), members, published: published)
    }

    static func secret(_ secret: String) async throws -> TestKey {
        let signers = JWTKeyCollection()
        await signers.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return TestKey(id: nil, algorithm: "HS256", signer: try await signers.getKey(), #""kty":"oct""#, published: nil)
    }

    private init(id: String?, algorithm: String, signer: any JWTAlgorithm, _ members: String, published: String?) {
        self.id = id
        self.algorithm = algorithm
        self.signer = signer
        let name = id.map { #""kid":"\#($0)","# } ?? ""
        let use = published.map { #""alg":"\#($0)","# } ?? ""
        self.jwk = #"{\#(name)\#(use)"use":"sig",\#(members)}"#
    }

    /// A token, made here without any of the code under test.
    func token(_ claims: String, header: String? = nil) throws -> String {
        let name = self.id.map { #","kid":"\#($0)""# } ?? ""
        let header = header ?? #"{"alg":"\#(self.algorithm)","typ":"JWT"\#(name)}"#
        let signed = Data(header.utf8).base64URL + "." + Data(claims.utf8).base64URL
        return signed + "." + Data(try self.signer.sign(Data(signed.utf8))).base64URL
    }
}

/// The claims of a good token at 1,000,000 s, which tests then spoil.
func claims(_ changes: [String: String?] = [:]) -> String {
    var members: [String: String] = [
        "iss": #""https://issuer.example""#, "aud": #""chat""#, "sub": #""ann""#, "exp": "1000600", "nbf": "999990",
    ]
    for (name, value) in changes { members[name] = value }
    return "{" + members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
}

extension Data {
    var base64URL: String { self.base64EncodedString().base64URL }
}

extension String {
    /// Base64 as URLs want it.
    var base64URL: String {
        String(self.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}
