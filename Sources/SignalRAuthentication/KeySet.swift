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
}
