import Synchronization

/// The certificates that notifications may be sealed for now.
///
/// There are several while one takes the place of another: what is on its way, and what Graph sends again, stays sealed for
/// the old one, for 4 hours and more.
public final class DecryptionKeys: Sendable {
    private let keys: Mutex<[DecryptionKey]>

    /// - Parameter keys: The first is the one that new subscriptions use.
    public init(_ keys: [DecryptionKey]) {
        self.keys = Mutex(keys)
    }

    /// The certificate that new subscriptions use; `nil` if there is none.
    public var current: DecryptionKey? { self.keys.withLock { $0.first } }

    /// All of them, the current one first.
    public var all: [DecryptionKey] { self.keys.withLock { $0 } }

    /// Takes these keys instead; the first is the one that new subscriptions use.
    public func replace(with keys: [DecryptionKey]) {
        self.keys.withLock { $0 = keys }
    }

    /// The key for what was sealed for this certificate: by its name or, if that is not known, by its thumbprint.
    func key(for content: EncryptedContent) -> DecryptionKey? {
        self.keys.withLock { keys in
            if let key = keys.first(where: { $0.id == content.certificateID }) { return key }
            guard let thumbprint = content.certificateThumbprint?.uppercased() else { return nil }
            return keys.first { $0.thumbprint == thumbprint }
        }
    }
}
