/// A message of the `messagepack` protocol, as it arrives.
public enum MessagePackHubMessage: Sendable, Equatable {
    /// Types 1 and 4: call a method.
    case invocation(MessagePackInvocation)
    /// Every other type. An item or a result is one MessagePack value. Never ``HubMessage/invocation(_:)``.
    case other(HubMessage)
}

/// A call of a method whose arguments are MessagePack.
public struct MessagePackInvocation: Sendable, Equatable {
    /// The caller's id for the call; `nil` when no answer is wanted.
    public var invocationID: String?
    /// The method's name.
    public var target: String
    /// The arguments.
    public var arguments: MessagePackArguments
    /// The ids of the streams that the client will send.
    public var streamIDs: [String]
    /// Whether the caller expects a stream (type 4).
    public var isStreaming: Bool
    /// Application-defined headers.
    public var headers: [String: String]

    public init(
        invocationID: String?, target: String, arguments: MessagePackArguments, streamIDs: [String] = [],
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
