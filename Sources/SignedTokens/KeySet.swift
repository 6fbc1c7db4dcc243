import JWTKit

/// Keys, ready to check signatures with.
struct KeySet: Sendable {
    /// How many keys a token without the name of one is tried with.
    static let maximumCandidates = 8

    private struct Entry: Sendable {
        let id: String?
        let verifiers: [SigningAlgorithm: any JWTAlgorithm]
    }

    private let entries: [Entry]

    init(_ keys: [JWTKey]) async {
        var entries: [Entry] = []
        for key in keys {
            var verifiers: [SigningAlgorithm: any JWTAlgorithm] = [:]
            for algorithm in key.algorithms {
                if let verifier = try? await key.material.verifier(for: algorithm) { verifiers[algorithm] = verifier }
            }
            entries.append(Entry(id: key.id, verifiers: verifiers))
        }
        self.entries = entries
    }

    /// Whether there is the key that a token names or, if it names none, any.
    func knows(id: String?) -> Bool {
        id == nil ? !self.entries.isEmpty : self.entries.contains { $0.id == id }
    }

    /// What may check a token: the key it names, or else the keys that have no name; if it names none, all of them.
    ///
    /// - Returns: Nothing if no such key is for `algorithm`.
    func verifiers(id: String?, algorithm: SigningAlgorithm) -> [any JWTAlgorithm] {
        let named = self.knows(id: id)
        let fitting = self.entries.lazy.filter { id == nil || (named ? $0.id == id : $0.id == nil) }
        return Array(fitting.compactMap { $0.verifiers[algorithm] }.prefix(Self.maximumCandidates))
    }

    /// Makes sure that one of the keys signed a token.
    ///
    /// - Throws: ``JWTAuthenticationError`` with `unknownKey`, `unacceptableAlgorithm` or `invalidSignature`.
    func verify(_ token: SignedToken) throws(JWTAuthenticationError) {
        let verifiers = self.verifiers(id: token.keyID, algorithm: token.algorithm)
        if verifiers.isEmpty {
            throw self.knows(id: token.keyID)
                ? JWTAuthenticationError(.unacceptableAlgorithm, "The key of the token is not for signing like this.")
                : JWTAuthenticationError(.unknownKey, "The token is signed with a key that is not the issuer's, or no longer.")
        }
        // A signature that is not even of the right form is as wrong as any other.
        guard verifiers.contains(where: { (try? $0.verify(token.signature, signs: token.signed)) ?? false }) else {
            throw JWTAuthenticationError(.invalidSignature, "The signature of the token is wrong.")
        }
    }
}
