/// To whom Graph encrypts what changed.
public struct SubscriptionEncryption: Sendable, Hashable {
    /// The certificate with the public key, as DER in base64.
    public var certificate: String
    /// The name under which Graph repeats it in each notification; at most 128 characters.
    public var certificateID: String

    public init(certificate: String, certificateID: String) {
        self.certificate = certificate
        self.certificateID = certificateID
    }

    var members: [(String, String)] {
        [("encryptionCertificate", self.certificate), ("encryptionCertificateId", self.certificateID)]
    }
}
