/// A bearer token. Its description does not show it.
public struct AccessToken: Sendable, Equatable {
    /// The token itself.
    public var value: String
    /// When it is worth nothing any more, in milliseconds since 1970.
    public var expiresAt: Int64
    /// When a new one should be asked for, in milliseconds since 1970.
    public var refreshesAt: Int64

    /// - Parameters:
    ///   - value: The token itself.
    ///   - expiresAt: When it is worth nothing any more, in milliseconds since 1970.
    ///   - refreshesAt: When a new one should be asked for; five minutes before, if it is not given.
    public init(_ value: String, expiresAt: Int64, refreshesAt: Int64? = nil) {
        self.value = value
        self.expiresAt = expiresAt
        self.refreshesAt = refreshesAt ?? expiresAt - 300_000
    }
}

extension AccessToken: CustomStringConvertible {
    public var description: String { "AccessToken(…)" }
}
