public import SignalR

/// What was sent through a ``RecordingLifetimeManager``.
public struct SentMessage: Sendable, Hashable {
    /// Whom it is for.
    public var target: HubTarget
    /// The method that is called.
    public var method: String
    /// Its arguments.
    public var arguments: [TestValue]
    /// Its number in a feed of the hub; `nil` for plain messages.
    public var position: Int64?

    public init(to target: HubTarget, _ method: String, _ arguments: [TestValue], at position: Int64? = nil) {
        self.target = target
        self.method = method
        self.arguments = arguments
        self.position = position
    }
}
