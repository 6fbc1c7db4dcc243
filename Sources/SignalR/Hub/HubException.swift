/// An error whose text is meant for the client.
///
/// Thrown by a hub method, it fails the call with this text. All other errors are hidden from clients unless
/// ``HubConfiguration/detailedErrors`` is on.
public struct HubException: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the client is told.
    public var message: String

    /// - Parameter message: What the client is told: one sentence, without secrets.
    public init(_ message: String) {
        self.message = message
    }

    public var description: String { self.message }
}

/// A request without valid credentials. Thrown by what ``Hub/authenticate(_:)`` was given, it is answered `401`.
public struct HubAuthenticationError: Error, Sendable, Equatable {
    public init() {}
}

/// A request of somebody who is known, and may not use the hub. Thrown by what ``Hub/authenticate(_:)`` was given, it is
/// answered `403`.
public struct HubAuthorizationError: Error, Sendable, Equatable {
    public init() {}
}
