import Crypto
import CryptoExtras
import JWTKit
import Logging
import NIOCore

@testable import GraphNotifications
@testable import SignedTokens

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Certificates take long to make: one pair for all tests.
enum TestCertificates {
    static let first = TestCertificates.make("first")
    static let second = TestCertificates.make("second")

    private static func make(_ id: String) -> DecryptionKey {
        // A failure here fails every test that needs it, with its message.
        let new = try! NewCertificate(name: id)
        return try! DecryptionKey(id: id, certificatePEM: new.certificatePEM, privateKeyPEM: new.privateKeyPEM)
    }
}

/// Seals content as Graph does, or almost.
struct TestSealing {
    var key = Array(UInt8(0)..<32)
    var padding = _RSA.Encryption.Padding.PKCS1_OAEP
    var signsText = false
    var spoilsSignature = false

    func seal(_ plaintext: String, for certificate: DecryptionKey) throws -> EncryptedContent {
        let symmetric = SymmetricKey(data: self.key)
        let data = try AES._CBC.encrypt(Array(plaintext.utf8), using: symmetric, iv: .init(ivBytes: self.key.prefix(16)))
        var signature = Data(
            HMAC<SHA256>.authenticationCode(
                for: self.signsText ? Data(data.base64EncodedString().utf8) : data, using: symmetric
            )
        )
        if self.spoilsSignature { signature[0] ^= 1 }
        let sealedKey = try certificate.privateKey.publicKey.encrypt(self.key, padding: self.padding)
        return EncryptedContent(
            data: data.base64EncodedString(), dataKey: sealedKey.base64EncodedString(),
            dataSignature: signature.base64EncodedString(), certificateID: certificate.id,
            certificateThumbprint: certificate.thumbprint
        )
    }
}

/// The directory that signs validation tokens.
struct TestDirectory: Sendable {
    static let applicationID = "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924"
    static let tenantID = "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611"
    static let now: Int64 = 1_000_000_000

    let keyID: String
    private let key = try! _RSA.Signing.PrivateKey(keySize: .bits2048)

    init(keyID: String = "k1") {
        self.keyID = keyID
    }

    var jwk: String {
        get throws {
            let numbers = try self.key.publicKey.getKeyPrimitives()
            return #"{"kty":"RSA","use":"sig","kid":"\#(self.keyID)","n":"\#(numbers.modulus.base64URL)","#
                + #""e":"\#(numbers.publicExponent.base64URL)"}"#
        }
    }

    /// The claims of a good token of version 2, with some of them changed or, with `nil`, left out.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String] = [
            "ver": #""2.0""#, "iss": #""https://login.microsoftonline.com/\#(Self.tenantID)/v2.0""#,
            "aud": #""\#(Self.applicationID)""#, "tid": #""\#(Self.tenantID)""#,
            "azp": #""\#(ValidationTokenRules.publisherID)""#, "nbf": "999990", "exp": "1086400",
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.sorted { $0.key < $1.key }.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
    }

    static let claimsVersion1 = TestDirectory.claims([
        "ver": #""1.0""#, "iss": #""https://sts.windows.net/\#(TestDirectory.tenantID)/""#, "azp": nil,
        "appid": #""\#(ValidationTokenRules.publisherID)""#,
    ])

    func token(_ claims: String = TestDirectory.claims(), algorithm: String = "RS256", keyID: String? = nil) throws -> String {
        let header = #"{"typ":"JWT","alg":"\#(algorithm)","kid":"\#(keyID ?? self.keyID)"}"#
        let signed = Data(header.utf8).base64URL + "." + Data(claims.utf8).base64URL
        let signature = try self.key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
        return signed + "." + signature.rawRepresentation.base64URL
    }

    /// What checks its tokens, with its keys at hand; `nil` keys cannot be fetched.
    func verifier(
        _ rules: ValidationTokenRules = .init(applicationIDs: [TestDirectory.applicationID]), hasKeys: Bool = true
    ) throws -> ValidationTokenVerifier {
        let key = try JWTKey(jwk: self.jwk)
        let ring = KeyRing(refresh: KeyRefresh(lifetime: .max), now: { Self.now }, logger: quietLogger) {
            () throws(JWTAuthenticationError) in
            guard hasKeys else { throw JWTAuthenticationError(.keysUnavailable, "There is no answer.") }
            return [key]
        }
        return try ValidationTokenVerifier(rules, keys: ring, now: { Self.now })
    }
}

extension Data {
    fileprivate var base64URL: String {
        String(self.base64EncodedString().compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}

private let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
