public import NIOCore

/// A message of the hub protocol, as it arrives. Payloads stay bytes until somebody asks for them as a type.
public enum HubMessage: Sendable, Equatable {
    /// Type 1, and type 4 when `isStreaming`: call a method.
    case invocation(InvocationMessage)
    /// Type 2: one item of a stream.
    case streamItem(invocationID: String, item: ByteBuffer)
    /// Type 3: a call or a stream has ended.
    case completion(CompletionMessage)
    /// Type 5: the caller no longer wants the stream.
    case cancelInvocation(invocationID: String)
    /// Type 6: still here.
    case ping
    /// Type 7: the connection ends.
    case close(CloseMessage)
    /// Type 8: everything up to `sequenceID` has arrived.
    case ack(sequenceID: Int64)
    /// Type 9: the next message to come is `sequenceID`.
    case sequence(sequenceID: Int64)
}

/// A call of a method.
public struct InvocationMessage: Sendable, Equatable {
    /// The caller's id for the call; `nil` when no answer is wanted.
    public var invocationID: String?
    /// The method's name.
    public var target: String
    /// The arguments.
    public var arguments: HubArguments
    /// The ids of the streams that the client will send.
    public var streamIDs: [String]
    /// Whether the caller expects a stream (type 4).
    public var isStreaming: Bool
    /// Application-defined headers.
    public var headers: [String: String]

    public init(
        invocationID: String?, target: String, arguments: HubArguments, streamIDs: [String] = [],
        isStreaming: Bool = false, headers: [String: String] = [:]
    ) {
        self.invocationID = invocationID
        self.target = target
        self.arguments = arguments
        self.streamIDs = streamIDs
        self.isStreaming = isStreaming
        self.headers = headers
    }
}

/// The end of a call or of a stream.
public struct CompletionMessage: Sendable, Equatable {
    /// The call or stream that ended.
    public var invocationID: String
    /// Why it failed; `nil` if it did not.
    public var error: String?
    /// What it returned; `nil` if there is no result, or an error.
    public var result: ByteBuffer?

    public init(invocationID: String, error: String? = nil, result: ByteBuffer? = nil) {
        self.invocationID = invocationID
        self.error = error
        self.result = result
    }
}

/// The end of the connection.
public struct CloseMessage: Sendable, Equatable {
    /// Why it ends; `nil` if nothing went wrong.
    public var error: String?
    /// Whether the client may try again by itself.
    public var allowReconnect: Bool

    public init(error: String? = nil, allowReconnect: Bool = false) {
        self.error = error
        self.allowReconnect = allowReconnect
    }
}
