import JSONBytes
import JWTKit
import NIOCore

/// One key as an issuer writes it (RFC 7517), and what can be made of it.
struct JSONWebKey {
    /// More than any issuer publishes. What follows is passed over.
    static let maximumCount = 100

    private var members: [String: String] = [:]
    private var isForVerifying = true

    init(from reader: inout JSONReader) throws(JSONError) {
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "kty", "kid", "alg", "n", "e", "crv", "x", "y":
                guard try reader.peek() == .string else { try reader.skip(); return }
                self.members[name.string] = try reader.readString()
            case "use":
                let use = try reader.peek() == .string ? try reader.readString() : ""
                if use != "sig" { self.isForVerifying = false }
            case "key_ops" where try reader.peek() == .array:
                self.isForVerifying = false
                try reader.readArray { reader throws(JSONError) in
                    guard try reader.peek() == .string else { try reader.skip(); return }
                    if try reader.readString() == "verify" { self.isForVerifying = true }
                }
            default: try reader.skip()
            }
        }
    }

    /// The key; `nil` if it is not one that can be used to check signatures.
    var key: JWTKey? {
        guard self.isForVerifying, let material = self.material else { return nil }
        guard let name = self.members["alg"] else { return JWTKey(id: self.members["kid"], material: material) }
        guard let algorithm = SigningAlgorithm(rawValue: name), material.algorithms.contains(algorithm) else { return nil }
        return JWTKey(id: self.members["kid"], material: material, algorithms: [algorithm])
    }

    private var material: KeyMaterial? {
        switch (self.members["kty"], self.members["crv"]) {
        case ("RSA", _):
            guard let modulus = self.members["n"], let exponent = self.members["e"] else { return nil }
            return (try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)).map(KeyMaterial.rsa)
        case ("EC", "P-256"): return self.point.flatMap { try? .p256(ES256PublicKey(parameters: $0)) }
        case ("EC", "P-384"): return self.point.flatMap { try? .p384(ES384PublicKey(parameters: $0)) }
        case ("EC", "P-521"): return self.point.flatMap { try? .p521(ES512PublicKey(parameters: $0)) }
        case ("OKP", "Ed25519"):
            return self.members["x"].flatMap { try? .ed25519(EdDSA.PublicKey(x: $0, curve: .ed25519)) }
        default: return nil
        }
    }

    private var point: ECDSAParameters? {
        guard let x = self.members["x"], let y = self.members["y"] else { return nil }
        return (x, y)
    }

    /// The keys in what an issuer publishes. Those that are of no use here are passed over.
    ///
    /// - Returns: `nil` if it is no list of keys.
    static func keys(in document: ByteBuffer) -> [JWTKey]? {
        document.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            var keys: [JWTKey]?
            do throws(JSONError) {
                try reader.readObject { reader, name throws(JSONError) in
                    guard name == "keys" else { try reader.skip(); return }
                    var found: [JWTKey] = []
                    var count = 0
                    try reader.readArray { reader throws(JSONError) in
                        count += 1
                        guard count <= Self.maximumCount, try reader.peek() == .object else { try reader.skip(); return }
                        if let key = try JSONWebKey(from: &reader).key { found.append(key) }
                    }
                    keys = found
                }
                try reader.finish()
                return keys
            } catch {
                return nil
            }
        }
    }
}
