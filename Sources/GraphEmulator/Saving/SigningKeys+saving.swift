import CryptoExtras

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Kept with their private halves, so that tokens are good after a restart too.
extension SigningKeys: Codable {
    private struct Saved: Codable {
        var pem: String
        /// In DER: the id of a key is that of its certificate.
        var certificate: Data
        /// `nil` for the current one.
        var until: Int64?
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let keys = try container.decode([Saved].self).map { saved in
            (key: try SigningKey(pem: saved.pem, certificate: Array(saved.certificate)), until: saved.until ?? 0)
        }
        guard let current = keys.first?.key else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no key")
        }
        self.init(current, former: keys.dropFirst().map { Former(key: $0.key, until: $0.until) })
    }

    func encode(to encoder: any Encoder) throws {
        func saved(_ key: SigningKey, until: Int64?) -> Saved {
            Saved(pem: key.privateKey.pemRepresentation, certificate: Data(key.certificate), until: until)
        }
        var container = encoder.singleValueContainer()
        try container.encode([saved(self.current, until: nil)] + self.former.map { saved($0.key, until: $0.until) })
    }
}
