/// Where a client is to negotiate instead.
public struct HubRedirect: Sendable {
    /// The address of the other hub, query included.
    public var url: String
    /// The token that the client is to show there; `nil` to keep its own.
    public var accessToken: String?

    public init(url: String, accessToken: String? = nil) {
        self.url = url
        self.accessToken = accessToken
    }
}
