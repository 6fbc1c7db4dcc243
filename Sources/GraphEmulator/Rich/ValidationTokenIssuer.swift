import Synchronization

/// Makes the validation tokens of a `POST`: one for each application and tenant with rich notifications in it.
final class ValidationTokenIssuer: Sendable {
    private struct Issued: Sendable {
        var token: String
        /// Until when it is given out again, in milliseconds since 1970.
        var end: Int64
    }

    private static let maximumIssued = 10_000

    private let signer: any TokenSigning
    private let clock: EmulatorClock
    private let issued = Mutex<[TokenAudience: Issued]>([:])

    init(signer: any TokenSigning, clock: EmulatorClock) {
        self.signer = signer
        self.clock = clock
    }

    /// - Returns: `nil` if there is nothing rich among the items.
    func tokens(for items: [OutboundNotification], flaw: Fault.TokenFlaw?) async throws -> ValidationTokens? {
        var audiences: [TokenAudience] = []
        for audience in items.compactMap(\.audience) where !audiences.contains(audience) { audiences.append(audience) }
        guard !audiences.isEmpty, flaw != .missing else { return nil }
        guard flaw != .null else { return .null }
        var tokens: [String] = []
        for audience in audiences { tokens.append(try await self.token(for: audience, flaw: flaw)) }
        return .tokens(tokens)
    }

    private func token(for audience: TokenAudience, flaw: Fault.TokenFlaw?) async throws -> String {
        let now = self.clock.now()
        if flaw == nil, let known = self.issued.withLock({ $0[audience] }), known.end > now { return known.token }
        let token = try await self.signer.sign(
            ValidationTokenClaims(for: audience, flaw: flaw, now: now), version: audience.version,
            isPublished: flaw != .unknownKey
        )
        switch flaw {
        case nil:
            self.issued.withLock { issued in
                if issued.count >= Self.maximumIssued { issued.removeAll() }
                issued[audience] = Issued(token: token, end: now + ValidationTokenClaims.lifetime * 1000 / 2)
            }
            return token
        case .wrongSignature?: return Self.withAnotherSignature(token)
        default: return token
        }
    }

    /// The signature's first character is another one: it still is base64, of the same length.
    private static func withAnotherSignature(_ token: String) -> String {
        guard let dot = token.lastIndex(of: ".") else { return token }
        let signature = token[token.index(after: dot)...]
        return token[...dot] + (signature.first == "A" ? "B" : "A") + signature.dropFirst()
    }
}
