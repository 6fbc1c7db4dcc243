import Crypto

/// A secret that can be compared with, but neither printed nor found in memory.
///
/// Comparing takes the same time for every candidate, however much of it is right.
struct Secret: Sendable, CustomStringConvertible {
    private let digest: SHA256Digest

    init(_ value: String) {
        self.digest = SHA256.hash(data: Array(value.utf8))
    }

    /// Whether a candidate is the secret.
    func matches(_ candidate: String) -> Bool {
        // Digests compare in constant time.
        self.digest == SHA256.hash(data: Array(candidate.utf8))
    }

    var description: String { "<secret>" }
}
