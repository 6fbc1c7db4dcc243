import DequeModule
import HTTPTypes

/// The access tokens that were issued, and whom they stand for.
struct TokenTable: Sendable {
    private struct Entry: Sendable {
        var caller: Caller
        var audience: String
        var expiresAt: Int64
    }

    /// Whom tokens are for, besides the emulator under its own address.
    private static let audiences = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"]

    /// In milliseconds.
    let lifetime: Int64
    private let maximumCount: Int
    private var entries: [String: Entry] = [:]
    /// Oldest first.
    private var order = Deque<String>()

    init(lifetime: Int64, maximumCount: Int) {
        self.lifetime = lifetime
        self.maximumCount = max(1, maximumCount)
    }

    /// Makes a token. Expired ones are remembered for a while, so that they can be told from unknown ones.
    mutating func issue(
        to caller: Caller, audience: String, now: Int64, random: inout EmulatorRandom
    ) -> String {
        while self.order.count >= self.maximumCount, let oldest = self.order.popFirst() { self.entries[oldest] = nil }
        let token = "emulated.\(random.text(43))"
        self.entries[token] = Entry(caller: caller, audience: audience, expiresAt: now + self.lifetime)
        self.order.append(token)
        return token
    }

    /// Reads an `Authorization` field.
    func caller(authorization: String?, now: Int64) throws(GraphRefusal) -> Caller {
        let parts = authorization?.split(separator: " ", maxSplits: 1) ?? []
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw .invalidToken("Access token is empty.") }
        guard let entry = self.entries[parts[1].filter { $0 != " " }] else {
            throw .invalidToken("Access token validation failure. Unknown token.")
        }
        guard entry.expiresAt > now else { throw .invalidToken("Lifetime validation failed, the token is expired.") }
        guard Self.isForGraph(entry.audience) else {
            throw .invalidToken("Access token validation failure. Invalid audience.")
        }
        var caller = entry.caller
        caller.tokenExpiresAt = entry.expiresAt
        return caller
    }

    private static func isForGraph(_ audience: String) -> Bool {
        Self.audiences.contains(audience.lowercased()) || Loopback.contains(origin: audience)
    }
}

extension GraphRefusal {
    static func invalidToken(_ message: String) -> GraphRefusal {
        GraphRefusal(.unauthorized, "InvalidAuthenticationToken", message)
    }
}
