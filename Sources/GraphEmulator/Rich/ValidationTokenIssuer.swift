import Synchronization

/// Makes the validation tokens of a `POST`: one for each application and tenant with rich notifications in it.
final class ValidationTokenIssuer: Sendable {
    private struct Issued: Sendable {
        var token: String
        /// What signed it.
        var keyID: String
        /// Until when it is given out again, in milliseconds since 1970.
        var end: Int64
    }

    private static let maximumIssued = 10_000

    private let keys: @Sendable () -> SigningKeys
    private let clock: EmulatorClock
    private let issued = Mutex<[TokenAudience: Issued]>([:])
    /// A key that nobody serves, made when a fault asks for it.
    private let unknownKey = Mutex<SigningKey?>(nil)

    /// - Parameter keys: What the sign-in service signs with now.
    init(keys: @escaping @Sendable () -> SigningKeys, clock: EmulatorClock) {
        self.keys = keys
        self.clock = clock
    }

    /// - Returns: `nil` if there is nothing rich among the items.
    func tokens(for items: [OutboundNotification], flaw: Fault.TokenFlaw?) throws -> ValidationTokens? {
        var audiences: [TokenAudience] = []
        for audience in items.compactMap(\.audience) where !audiences.contains(audience) { audiences.append(audience) }
        guard !audiences.isEmpty, flaw != .missing else { return nil }
        guard flaw != .null else { return .null }
        if flaw == .incomplete { audiences.removeLast() }
        return .tokens(try audiences.map { try self.token(for: $0, flaw: flaw == .incomplete ? nil : flaw) })
    }

    private func token(for audience: TokenAudience, flaw: Fault.TokenFlaw?) throws -> String {
        let now = self.clock.now()
        let signer = flaw == .unknownKey ? TokenSigner(key: try self.keyOfNobody(now: now)) : self.keys().signer
        if flaw == nil, let known = self.issued.withLock({ $0[audience] }), known.end > now, known.keyID == signer.key.id {
            return known.token
        }
        let token = try signer.sign(
            ValidationTokenClaims(for: audience, flaw: flaw, now: now), version: audience.version, by: Self.signing(flaw)
        )
        switch flaw {
        case nil:
            self.issued.withLock { issued in
                if issued.count >= Self.maximumIssued { issued.removeAll() }
                issued[audience] = Issued(
                    token: token, keyID: signer.key.id, end: now + ValidationTokenClaims.lifetime * 1000 / 2
                )
            }
            return token
        case .wrongSignature?: return Self.withAnotherSignature(token)
        default: return token
        }
    }

    private static func signing(_ flaw: Fault.TokenFlaw?) -> TokenSigner.Algorithm {
        switch flaw {
        case .algorithmNone: .none
        case .symmetricAlgorithm: .symmetric
        case .otherAlgorithm: .ps256
        default: .rs256
        }
    }

    private func keyOfNobody(now: Int64) throws -> SigningKey {
        try self.unknownKey.withLock { key in
            if let key { return key }
            let made = try SigningKey.random(now: now)
            key = made
            return made
        }
    }

    /// The signature's first character is another one: it still is base64, of the same length.
    private static func withAnotherSignature(_ token: String) -> String {
        guard let dot = token.lastIndex(of: ".") else { return token }
        let signature = token[token.index(after: dot)...]
        return token[...dot] + (signature.first == "A" ? "B" : "A") + signature.dropFirst()
    }
}
