/// What can go wrong between a client and its hub.
///
/// A description never contains a token or a payload.
public struct SignalRClientError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// There is no connection at the moment; nothing was sent.
        public static let notConnected = Code(name: "notConnected")
        /// The hub answered a call with an error, which is the message.
        public static let invocationFailed = Code(name: "invocationFailed")
        /// The answer to a call, or an item of a stream, is not of the type that was asked for.
        public static let unexpectedResult = Code(name: "unexpectedResult")
        /// The server refused the protocol or its version.
        public static let handshakeRefused = Code(name: "handshakeRefused")
        /// What answers is not a hub, or not one for this client.
        public static let negotiationFailed = Code(name: "negotiationFailed")
        /// Nobody answers at the address.
        public static let unreachable = Code(name: "unreachable")
        /// The server wants another token, or forbids it.
        public static let unauthorized = Code(name: "unauthorized")
        /// The server was silent for too long.
        public static let timedOut = Code(name: "timedOut")
        /// The connection ended without a goodbye.
        public static let connectionLost = Code(name: "connectionLost")
        /// The server, or this side, ended the connection.
        public static let closed = Code(name: "closed")
        /// The server sent what the protocol does not allow.
        public static let invalidMessage = Code(name: "invalidMessage")
        /// What arrived was not handled fast enough, or too many calls wait for an answer.
        public static let overloaded = Code(name: "overloaded")
        /// The address is not one of a hub.
        public static let invalidAddress = Code(name: "invalidAddress")
        /// A client runs once.
        public static let alreadyRun = Code(name: "alreadyRun")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and, where it helps, what to do. For ``Code/invocationFailed`` the hub's own words.
    public var message: String
    /// For ``Code/closed``: whether the server lets the client come back by itself.
    public var allowReconnect: Bool
    /// What caused it. For logs; it does not appear in the description.
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, allowReconnect: Bool = false, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.allowReconnect = allowReconnect
        self.cause = cause
    }

    public var description: String { self.message }

    static let notConnected = SignalRClientError(
        .notConnected, "There is no connection to the hub at the moment; call again when there is."
    )
    static let stopped = SignalRClientError(.closed, "The connection was closed by this side.")
    static let lost = SignalRClientError(.connectionLost, "The connection to the hub was lost.")
}
