public import NIOHTTP1
public import NIOSSL
public import SignalRProtocol

extension HubClient {
    /// Clocks and limits.
    public struct Configuration: Sendable {
        /// How messages are written. A hub of .NET names the members of its objects `LikeThis` in MessagePack, and `likeThis`
        /// in JSON.
        public var hubProtocol = HubProtocolKind.json
        /// When to try again after a connection was lost.
        public var retryPolicy = RetryPolicy.standard
        /// Whether the first connection is tried again like any other. Otherwise its failure ends ``HubClient/run(_:)``.
        public var retriesFirstConnection = false
        /// How long negotiation, connecting and the handshake may take, each.
        public var handshakeTimeout = Duration.seconds(15)
        /// How often a ping is sent. The server must hear one within its own timeout, which is 30 s by default.
        public var keepAliveInterval = Duration.seconds(15)
        /// How long the server may be silent before the connection counts as lost.
        public var serverTimeout = Duration.seconds(30)
        /// How long to wait for the server's goodbye after one's own.
        public var closeTimeout = Duration.seconds(5)
        /// The largest message that is accepted, in bytes. A larger one ends the connection.
        public var maximumMessageSize = 1 << 20
        /// How many bytes of calls and stream items may wait to be handled before nothing more is read. While a call waits for
        /// its answer reading goes on, up to four times as much; beyond that the connection is given up as overloaded.
        public var maximumBacklog = 1 << 20
        /// How many calls and streams may be under way at a time. One more fails at once.
        public var maximumPendingCalls = 1_024
        /// Whether to ask the server to keep the connection when its socket is lost, so that it goes on over another: calls and
        /// streams do not notice, nothing is lost and nothing comes twice. Servers that do not offer it are used as ever. It needs
        /// negotiation.
        public var usesStatefulReconnect = false
        /// How long after such a loss another socket is tried before the connection counts as lost. Servers keep it for 15 s by
        /// default.
        public var reconnectTimeout = Duration.seconds(15)
        /// How many bytes of such a connection may wait for the server's acknowledgement, which comes once a second from most;
        /// then calls and streams wait.
        public var reconnectBufferBytes = 100_000
        /// Whether to connect without negotiation. Redirect answers need negotiation.
        public var skipsNegotiation = false
        /// Headers for each request, beside those that SignalR needs.
        public var headers: HTTPHeaders = [:]
        /// Trust and certificates for `https`; the system's if `nil`. An HTTP client that is given for negotiation has its own.
        public var tls: TLSConfiguration?

        public init() {}

        /// How often the clocks are looked at: once a second, or as often as short ones need it.
        var tickInterval: Duration {
            let shortest = min(self.handshakeTimeout, self.keepAliveInterval, self.serverTimeout, self.closeTimeout)
            return max(.milliseconds(5), min(.seconds(1), shortest / 4))
        }
    }
}
