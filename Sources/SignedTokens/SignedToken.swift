import JSONBytes

/// A signed token, taken apart and not yet believed.
package struct SignedToken {
    /// What is larger is not looked at, in bytes.
    static let maximumSize = 16 * 1024

    package private(set) var algorithm = SigningAlgorithm.hs256
    /// The name of the key.
    package private(set) var keyID: String?
    /// What is signed: the first two parts as they came.
    let signed: ArraySlice<UInt8>
    let signature: [UInt8]
    /// The claims, as JSON.
    package let payload: [UInt8]

    package init(_ text: String) throws(JWTAuthenticationError) {
        guard text.utf8.count <= Self.maximumSize else {
            throw JWTAuthenticationError(.malformedToken, "The token is larger than \(Self.maximumSize) bytes.")
        }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw Self.malformed }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw Self.malformed }
        self.signed = bytes[..<parts[1].endIndex]
        self.signature = signature
        self.payload = payload
        try self.read(header: header)
    }

    private mutating func read(header: [UInt8]) throws(JWTAuthenticationError) {
        var name: String?
        var hasExtensions = false
        do throws(JSONError) {
            try header.read { reader throws(JSONError) in
                try reader.readObject { reader, member throws(JSONError) in
                    switch member {
                    case "alg" where name == nil: name = try reader.readString()
                    case "kid" where self.keyID == nil: self.keyID = try reader.readString()
                    case "alg", "kid": throw JSONError(.wrongType, at: reader.offset)
                    case "crit":
                        hasExtensions = true
                        try reader.skip()
                    default: try reader.skip()
                    }
                }
            }
        } catch {
            throw Self.malformed
        }
        guard let name, !hasExtensions else { throw Self.malformed }
        guard let algorithm = SigningAlgorithm(rawValue: name) else {
            throw JWTAuthenticationError(.unacceptableAlgorithm, "The token is signed in a way that is not accepted.")
        }
        self.algorithm = algorithm
    }

    package static let malformed = JWTAuthenticationError(
        .malformedToken, "The token is not a signed JSON Web Token that can be understood."
    )
}

extension [UInt8] {
    /// Reads one JSON text, and makes sure that it is one.
    func read(_ body: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        // The closure of the standard library throws anything; this hands on what it is.
        let error = self.withUnsafeBytes { bytes -> JSONError? in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try body(&reader)
                try reader.finish()
                return nil
            } catch {
                return error
            }
        }
        if let error { throw error }
    }
}
