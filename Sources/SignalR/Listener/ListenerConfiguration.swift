public import NIOCore

/// How connections are treated before they become WebSockets.
public struct ListenerConfiguration: Sendable {
    /// How long a connection may stay without a request.
    public var idleTimeout: TimeAmount
    /// How long a request may take to arrive whole.
    public var requestTimeout: TimeAmount
    /// The largest size of all headers of a request, in bytes; its target included.
    public var maximumHeaderSize: Int

    public init(
        idleTimeout: TimeAmount = .seconds(75), requestTimeout: TimeAmount = .seconds(30), maximumHeaderSize: Int = 64 * 1024
    ) {
        self.idleTimeout = idleTimeout
        self.requestTimeout = requestTimeout
        self.maximumHeaderSize = maximumHeaderSize
    }
}
