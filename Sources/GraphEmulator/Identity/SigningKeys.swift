/// The keys that the sign-in service signs with and serves.
struct SigningKeys: Sendable {
    /// What new tokens are signed with.
    private(set) var current: SigningKey
    /// Keys of before, and until when they are served, in milliseconds since 1970; newest first.
    private var former: [(key: SigningKey, until: Int64)] = []

    /// No more than this many are served; the oldest goes first.
    static let maximumCount = 8

    init(_ current: SigningKey) {
        self.current = current
    }

    /// From now on tokens are signed with `key`; the one before is served for `overlap` milliseconds more.
    mutating func rotate(to key: SigningKey, overlap: Int64, now: Int64) {
        self.former.insert((self.current, now + overlap), at: 0)
        self.current = key
        self.former.removeAll { $0.until <= now }
        self.former = Array(self.former.prefix(Self.maximumCount - 1))
    }

    /// What is served now, newest first.
    func served(at now: Int64) -> [SigningKey] {
        [self.current] + self.former.filter { $0.until > now }.map(\.key)
    }

    /// A key that is served now.
    func key(id: String, at now: Int64) -> SigningKey? {
        self.served(at: now).first { $0.id == id }
    }

    /// Signs with the current key.
    var signer: TokenSigner { TokenSigner(key: self.current) }
}
