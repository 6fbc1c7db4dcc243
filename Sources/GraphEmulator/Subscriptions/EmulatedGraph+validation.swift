import Crypto
import enum SignedTokens.Base64URL

/// What has to be said to a URL before it is notified.
extension EmulatedGraph {
    /// The characters of tokens that are to catch careless decoders.
    private static let awkward = Array("ABCabc019-_.~ +/=%&?#:;,'\"<>äß€")

    /// A token for one handshake.
    mutating func validationToken() -> String {
        guard self.settings.quirks.opaqueValidationTokens else {
            return ValidationCall.token(requestID: self.random.guid())
        }
        return String((0..<48).map { _ in Self.awkward[Int.random(in: 0..<Self.awkward.count, using: &self.random)] })
    }

    /// Those of `urls` that have to be asked.
    func unvalidated(_ urls: [String], now: Int64) -> [String] {
        urls.filter { !self.validatedURLs.contains($0, now: now) }
    }

    /// A URL has given its token back.
    mutating func validated(_ url: String, now: Int64) {
        let cache = self.settings.quirks.validationCache.milliseconds
        if cache > 0 { self.validatedURLs.add(url, until: now + cache) }
    }

    /// The key that browsers need for Web Push, in base64url: a point of P-256, not compressed.
    static func vapidPublicKey(random: inout EmulatorRandom) -> String {
        while true {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
            // One in 2^32 is no key.
            guard let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes) else { continue }
            return Base64URL.encode(key.publicKey.x963Representation)
        }
    }
}
