import Synchronization

/// Encrypts what is to be encrypted in notifications that are about to be sent first.
final class NotificationSealer: Sendable {
    private static let maximumCertificates = 10_000

    /// By their base64; `nil` for what is none.
    private let certificates = Mutex<[String: EncryptionCertificate?]>([:])

    /// The items as they are sent, in this and all further attempts.
    ///
    /// - Parameter isOff: Whether nothing can be encrypted, because the application is not set up for it.
    func seal(_ items: [OutboundNotification], isOff: Bool = false) -> [OutboundNotification] {
        items.map { item in
            guard let content = item.content else { return item }
            var sealed = item
            sealed.content = nil
            guard !isOff, let certificate = self.certificate(content.certificate),
                let encrypted = try? ContentEncryptor.seal(content, for: certificate)
            else { return sealed }
            return sealed.adding("encryptedContent", encrypted)
        }
    }

    private func certificate(_ text: String) -> EncryptionCertificate? {
        if let known = self.certificates.withLock({ $0[text] }) { return known }
        let certificate = EncryptionCertificate(base64: text)
        self.certificates.withLock { certificates in
            if certificates.count >= Self.maximumCertificates { certificates.removeAll() }
            certificates[text] = .some(certificate)
        }
        return certificate
    }
}
