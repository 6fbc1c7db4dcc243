public import SignalRProtocol

/// A call on its way to its method, as filters see it.
public struct HubInvocation: Sendable {
    /// Who calls.
    public let caller: HubCaller
    /// The method's name as the client wrote it.
    public let method: String
    /// The arguments, not read yet. They can be read here without taking them from the method.
    public let arguments: HubArguments
    /// Application-defined headers.
    public let headers: [String: String]
    /// Whether the method answers with a stream.
    public let isStreaming: Bool
}
