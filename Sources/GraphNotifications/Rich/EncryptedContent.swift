/// What a rich notification brings, sealed for whoever has the private key (`encryptedContent`).
///
/// The members are as they came: Base64, not decoded.
public struct EncryptedContent: Sendable, Equatable {
    /// The resource as JSON, under the key in ``dataKey``.
    public var data: String
    /// A key that is good for this item only, under the public key of a certificate.
    public var dataKey: String
    /// What proves that ``data`` was not changed.
    public var dataSignature: String
    /// The name that the subscriber gave the certificate.
    public var certificateID: String
    /// The SHA-1 digest of the certificate, in hexadecimal.
    public var certificateThumbprint: String?

    public init(
        data: String, dataKey: String, dataSignature: String, certificateID: String, certificateThumbprint: String? = nil
    ) {
        self.data = data
        self.dataKey = dataKey
        self.dataSignature = dataSignature
        self.certificateID = certificateID
        self.certificateThumbprint = certificateThumbprint
    }
}

extension EncryptedContent: CustomStringConvertible {
    public var description: String { "EncryptedContent(certificate \(self.certificateID))" }
}
