/// Why a server ends a connection. New reasons may be added.
public struct CloseReason: Sendable, Hashable {
    /// A short name, fit for a metric's dimension.
    public let name: String
    /// What the client is told; `nil` if nothing went wrong.
    public let error: String?
    /// Whether the client may come back by itself.
    public let allowReconnect: Bool

    /// The client said goodbye, or hub code ended it.
    public static let normal = CloseReason(name: "normal", error: nil, allowReconnect: false)
    /// The server goes away; the client may find another.
    public static let serverShuttingDown = CloseReason(name: "server_shutting_down", error: nil, allowReconnect: true)
    /// What waits for the client exceeds its bound.
    public static let slowClient = CloseReason(
        name: "slow_client", error: "Connection closed because the client does not keep up.", allowReconnect: true
    )
    /// What proved the user has expired; the client may come back with something new.
    public static let credentialsExpired = CloseReason(name: "credentials_expired", error: nil, allowReconnect: true)
    /// The client has been silent for too long.
    public static let clientTimedOut = CloseReason(
        name: "client_timeout", error: "Connection closed with an error.", allowReconnect: true
    )
    /// No handshake in time.
    public static let handshakeTimedOut = CloseReason(name: "handshake_timeout", error: nil, allowReconnect: false)
    /// The transport ended without a goodbye.
    public static let connectionLost = CloseReason(name: "connection_lost", error: nil, allowReconnect: true)
    /// The client has taken nothing of what waits for it for too long.
    public static let sendTimedOut = CloseReason(
        name: "send_timeout", error: "Connection closed because the client takes nothing.", allowReconnect: true
    )
    /// The connection ended in the middle of a message.
    public static let messageCutOff = CloseReason(
        name: "message_cut_off", error: "Connection terminated while reading a message.", allowReconnect: true
    )
    /// `onConnect` threw.
    public static let connectFailed = CloseReason(
        name: "connect_failed", error: "Connection closed with an error.", allowReconnect: false
    )

    /// `onConnect` threw.
    ///
    /// - Parameter detail: What is added to the text: the type of the error and what it says.
    public static func connectFailed(detail: String?) -> CloseReason {
        let base = Self.connectFailed
        return CloseReason(
            name: base.name, error: detail.map { "Connection closed with an error. \($0)" } ?? base.error, allowReconnect: false
        )
    }

    /// The client said goodbye, because something went wrong on its side.
    ///
    /// - Parameter error: What went wrong, in its words. Nobody has checked them, and they may be as long as a message.
    public static func clientFailed(_ error: String) -> CloseReason {
        CloseReason(name: "client_failed", error: error, allowReconnect: false)
    }

    /// The client sent a larger message than may be.
    ///
    /// - Parameter detail: What is added to the text when detailed errors are on.
    public static func messageTooLarge(detail: String? = nil) -> CloseReason {
        CloseReason(name: "message_too_large", error: Self.protocolError(detail: detail).error, allowReconnect: true)
    }

    /// The client sent what the protocol does not allow.
    ///
    /// - Parameter detail: What is added to the text when detailed errors are on.
    public static func protocolError(detail: String? = nil) -> CloseReason {
        let base = "Connection closed with an error."
        return CloseReason(
            name: "protocol_error", error: detail.map { "\(base) InvalidDataException: \($0)" } ?? base, allowReconnect: true
        )
    }

    /// The Close message for the client.
    public var message: CloseMessage { CloseMessage(error: self.error, allowReconnect: self.allowReconnect) }
}
