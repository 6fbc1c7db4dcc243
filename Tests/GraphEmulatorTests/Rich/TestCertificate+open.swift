import Crypto
import CryptoExtras
import Foundation

extension TestCertificate {
    struct Tampered: Error {}

    /// Does what Microsoft says a receiver of resource data has to do.
    func open(_ content: [String: Any]) throws -> String {
        func data(_ name: String) throws -> Data {
            guard let text = content[name] as? String, let data = Data(base64Encoded: text) else { throw Tampered() }
            return data
        }
        let opener = try _RSA.Encryption.PrivateKey(derRepresentation: self.key.derRepresentation)
        let key = try opener.decrypt(data("dataKey"), padding: .PKCS1_OAEP)
        guard key.count == 32 else { throw Tampered() }
        let sealed = try data("data")
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                try data("dataSignature"), authenticating: sealed, using: SymmetricKey(data: key))
        else { throw Tampered() }
        let plaintext = try AES._CBC.decrypt(
            sealed, using: SymmetricKey(data: key), iv: AES._CBC.IV(ivBytes: Array(key.prefix(16))))
        guard let text = String(validating: plaintext, as: UTF8.self) else { throw Tampered() }
        return text
    }
}
