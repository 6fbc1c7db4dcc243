/// The keys that the sign-in service signs with and serves.
struct SigningKeys: Sendable, Equatable {
    /// A key of before, and until when it is served, in milliseconds since 1970.
    struct Former: Sendable, Equatable {
        var key: SigningKey
        var until: Int64
    }

    /// What new tokens are signed with.
    private(set) var current: SigningKey
    /// Newest first.
    private(set) var former: [Former]

    /// No more than this many are served; the oldest goes first.
    static let maximumCount = 8

    /// - Parameter former: Newest first.
    init(_ current: SigningKey, former: [Former] = []) {
        self.current = current
        self.former = former
    }

    /// From now on tokens are signed with `key`; the one before is served for `overlap` milliseconds more.
    mutating func rotate(to key: SigningKey, overlap: Int64, now: Int64) {
        self.former.insert(Former(key: self.current, until: now + overlap), at: 0)
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
