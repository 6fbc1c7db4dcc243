import SignalRProtocol

/// Why a client did not answer a call of the server.
///
/// An error that the client itself answers with is a ``HubException`` with its text.
public struct ClientResultError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. New kinds may be added.
    public struct Code: Sendable, Hashable {
        let name: String
        /// There is no such connection.
        public static let unknownConnection = Code(name: "unknownConnection")
        /// The connection ended before the client answered.
        public static let disconnected = Code(name: "disconnected")
        /// The client took too long. What it answers later is passed over.
        public static let timedOut = Code(name: "timedOut")
        /// The call cannot be written in the client's protocol.
        public static let notWritable = Code(name: "notWritable")
        /// The answer has another type.
        public static let wrongType = Code(name: "wrongType")
        /// The call was for more than one connection, or for none in particular.
        public static let notOneClient = Code(name: "notOneClient")
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence.
    public let message: String

    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - message: One sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }

    /// There is no such connection.
    public static func unknown(_ connectionID: String) -> ClientResultError {
        ClientResultError(.unknownConnection, "Connection '\(connectionID)' does not exist.")
    }

    /// The connection ended before its client answered.
    public static func disconnected(_ connectionID: String) -> ClientResultError {
        ClientResultError(.disconnected, "Connection '\(connectionID)' disconnected.")
    }

    /// The client did not answer in time.
    public static func timedOut(_ method: String) -> ClientResultError {
        ClientResultError(.timedOut, "The client did not answer '\(method)' in time.")
    }

    static func notWritable(_ kind: HubProtocolKind) -> ClientResultError {
        ClientResultError(.notWritable, "The call cannot be written in the client's protocol, \(kind.rawValue).")
    }

    static func wrongType(_ type: Any.Type) -> ClientResultError {
        ClientResultError(.wrongType, "Error trying to deserialize result to \(type).")
    }

    static let notOneClient = ClientResultError(.notOneClient, "InvokeAsync only works with Single clients.")
}
