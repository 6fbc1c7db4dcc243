/// The limits and clocks of a hub's connections.
public struct HubConfiguration: Sendable {
    /// Handshake, keep-alive and timeout.
    public var timing = HubTiming()
    /// How long a connection that was negotiated may take to be made. 15 seconds.
    public var negotiateTimeout: Duration = .seconds(15)
    /// How many negotiated connections may wait to be made; above it negotiation is answered `503`. 10,000.
    public var maximumNegotiated = 10_000
    /// How many connections there may be; above it requests are answered `503`. 100,000.
    public var maximumConnections = 100_000
    /// The largest message of a client in bytes, framing included. A larger one ends its connection. 32 KiB.
    public var maximumReceiveSize = 32 * 1024
    /// How many bytes of messages of one client may wait to be handled before its socket is read no further. 64 KiB.
    public var inboxBytes = 64 * 1024
    /// How many calls of one client are handled at once; others wait. Streams and calls that bring streams are not counted. With
    /// more than one, calls begin in order but may overtake each other. 1.
    public var maximumParallelInvocations = 1
    /// How many streams, and calls that bring streams, of one client may be handled at once; above it a call fails. 100.
    public var maximumStreams = 100
    /// How many items of a client's stream may wait to be taken by the method; then nothing more of the client is read. 10.
    public var streamBufferCapacity = 10
    /// How many bytes may wait for one client; above it the client is dropped with ``CloseReason/slowClient``. 1 MiB.
    ///
    /// One message may be larger when nothing else waits.
    public var outboxBytes = 1024 * 1024
    /// How long a client may take nothing at all of what waits for it, over WebSockets and Server-Sent Events; then it is cut off.
    /// Who takes something, however slowly, is not meant. 10 seconds.
    public var sendTimeout: Duration = .seconds(10)
    /// How long a client may take to answer a closing handshake, and messages of a client that left to be handled.
    /// Then they are cut off. 5 seconds.
    public var closeTimeout: Duration = .seconds(5)
    /// Whether a client that asks for it may go on with its connection over another WebSocket when one is lost. It costs what waits
    /// to be acknowledged. Off.
    public var allowsStatefulReconnect = false
    /// How long a connection without a WebSocket is kept for its client. 15 seconds.
    public var reconnectTimeout: Duration = .seconds(15)
    /// How many bytes one client may leave unacknowledged before what is sent to it waits. 100,000.
    public var reconnectBufferBytes = 100_000
    /// Whether a connection ends when ``HubUser/expiresAt`` has come. On.
    public var closesOnExpiry = true
    /// Over which time connections are ended when the server shuts down gracefully, evenly, so that not all come back at once.
    /// Zero: all at once.
    public var drainWindow: Duration = .zero
    /// Whether clients are told the text of every error, not only of a ``HubException``. For development. Off.
    public var detailedErrors = false
    /// The origins of web pages that may connect, such as `https://app.example.com`; `*` for all.
    ///
    /// Pages of the server's own origin and requests without an origin always may. `nil`: nobody else.
    public var allowedOrigins: Set<String>?

    /// The transports that clients may use. All.
    public var transports = HubTransports.all
    /// The lowest version of negotiation that is understood. 0.
    public var minimumNegotiateVersion = 0
    /// The largest body of a request with messages, for Server-Sent Events and long polling, in bytes. A larger one is
    /// answered `413`. 1 MiB.
    public var maximumBodySize = 1024 * 1024
    /// How long a poll waits for messages. Below the time after which clients give a request up. 90 seconds.
    public var pollTimeout: Duration = .seconds(90)
    /// How long a client may be without a poll before it counts as gone. 15 seconds.
    public var disconnectTimeout: Duration = .seconds(15)

    public init() {}
}
