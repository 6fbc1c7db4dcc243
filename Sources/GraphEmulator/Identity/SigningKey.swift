import Crypto
import CryptoExtras
import SwiftASN1
import X509

import enum SignedTokens.Base64URL

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A key of the sign-in service: RSA with 2,048 bits, in a certificate of its own as the real ones are.
struct SigningKey: Sendable, Equatable {
    /// The id under which it is served: the thumbprint of its certificate.
    let id: String
    let privateKey: _RSA.Signing.PrivateKey
    let certificate: [UInt8]
    private let primitives: _RSA.Signing.PublicKey.Primitives

    /// Makes a new key, which takes some tens of milliseconds.
    ///
    /// - Parameter now: Milliseconds since 1970.
    static func random(now: Int64) throws -> SigningKey {
        try SigningKey(_RSA.Signing.PrivateKey(keySize: .bits2048), now: now)
    }

    /// - Parameter pem: An RSA key of at least 2,048 bits.
    init(pem: String, now: Int64) throws {
        try self.init(_RSA.Signing.PrivateKey(pemRepresentation: pem), now: now)
    }

    /// - Parameter certificate: In DER, as it was made for this key.
    init(pem: String, certificate: [UInt8]) throws {
        try self.init(_RSA.Signing.PrivateKey(pemRepresentation: pem), certificate: certificate)
    }

    private init(_ privateKey: _RSA.Signing.PrivateKey, now: Int64) throws {
        let name = try DistinguishedName { CommonName("accounts.accesscontrol.windows.net") }
        let start = Date(timeIntervalSince1970: Double(now / 1000))
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(privateKey.publicKey),
            notValidBefore: start, notValidAfter: start.addingTimeInterval(5 * 365 * 86_400), issuer: name, subject: name,
            signatureAlgorithm: .sha256WithRSAEncryption, extensions: Certificate.Extensions {},
            issuerPrivateKey: Certificate.PrivateKey(privateKey)
        )
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        try self.init(privateKey, certificate: serializer.serializedBytes)
    }

    private init(_ privateKey: _RSA.Signing.PrivateKey, certificate: [UInt8]) throws {
        self.privateKey = privateKey
        self.certificate = certificate
        self.primitives = try privateKey.publicKey.getKeyPrimitives()
        self.id = Base64URL.encode(Insecure.SHA1.hash(data: certificate))
    }

    static func == (left: SigningKey, right: SigningKey) -> Bool { left.id == right.id }

    /// As it stands in the set of keys that is served.
    ///
    /// - Parameter issuer: Only the newer form of the set says who signs with it.
    func json(issuer: String?) -> JSONObject {
        var object = JSONObject()
        object.set("kty", "RSA")
        object.set("use", "sig")
        object.set("kid", self.id)
        object.set("x5t", self.id)
        object.set("n", Base64URL.encode(self.primitives.modulus))
        object.set("e", Base64URL.encode(self.primitives.publicExponent))
        object.set("x5c", [Data(self.certificate).base64EncodedString()])
        if let issuer { object.set("issuer", issuer) }
        return object
    }
}
