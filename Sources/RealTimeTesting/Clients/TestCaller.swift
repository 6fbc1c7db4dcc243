public import SignalR

/// Who connects in a test, and with which request.
///
/// ```swift
/// try await withTestClients(of: chat, as: ["ann", "bob"]) { ann, bob in … }
/// ```
public struct TestCaller: Sendable, ExpressibleByStringLiteral {
    /// Who it is. If it is not given, the hub's own authenticator is asked, with the request.
    public var user: HubUser?
    /// The path and the query of the request.
    public var target: String
    /// The headers of the request.
    public var headers: [String: String]

    /// - Parameters:
    ///   - user: Who it is; `nil` leaves that to the hub.
    ///   - target: The path and the query of the request.
    ///   - headers: The headers of the request.
    public init(user: HubUser? = nil, target: String = "/", headers: [String: String] = [:]) {
        self.user = user
        self.target = target
        self.headers = headers
    }

    /// A user of this name.
    public init(stringLiteral userID: String) {
        self.init(user: HubUser(id: userID))
    }
}
