import Metrics
import SignalRProtocol

/// What a hub counts.
///
/// `signalr.connections`, `signalr.connects`, `signalr.disconnects` (by reason), `signalr.messages.received`,
/// `signalr.messages.sent`, `signalr.bytes.sent`, `signalr.dispatch.duration` (by outcome), `signalr.slow_clients`,
/// `signalr.limits.exceeded` (by limit), `signalr.reconnect.buffered_bytes`, which waits for acknowledgements or for its client to
/// come back; each by hub, and what concerns the coming and going of connections by transport too.
struct HubMetrics: Sendable {
    private let connections: [TransportKind: Gauge]
    private let connects: [TransportKind: Counter]
    let messagesReceived: Counter
    let messagesSent: Counter
    let bytesSent: Counter
    private let dispatchDurations: [DispatchOutcome: Timer]
    let slowClients: Counter
    /// What connections that may go on over another socket keep for that, in bytes.
    let reconnectBytes: GaugeTotal
    private let limits: [HubLimit: Counter]
    private let factory: any MetricsFactory
    private let dimensions: [(String, String)]

    init(hub: String, factory: (any MetricsFactory)?) {
        let factory = factory ?? MetricsSystem.factory
        let dimensions = [("hub", hub)]
        self.factory = factory
        self.dimensions = dimensions
        var connections: [TransportKind: Gauge] = [:]
        var connects: [TransportKind: Counter] = [:]
        for kind in TransportKind.allCases {
            let dimensions = dimensions + [("transport", kind.rawValue)]
            connections[kind] = Gauge(label: "signalr.connections", dimensions: dimensions, factory: factory)
            connects[kind] = Counter(label: "signalr.connects", dimensions: dimensions, factory: factory)
        }
        self.connections = connections
        self.connects = connects
        self.messagesReceived = Counter(label: "signalr.messages.received", dimensions: dimensions, factory: factory)
        self.messagesSent = Counter(label: "signalr.messages.sent", dimensions: dimensions, factory: factory)
        self.bytesSent = Counter(label: "signalr.bytes.sent", dimensions: dimensions, factory: factory)
        var dispatchDurations: [DispatchOutcome: Timer] = [:]
        for outcome in DispatchOutcome.allCases {
            dispatchDurations[outcome] = Timer(
                label: "signalr.dispatch.duration", dimensions: dimensions + [("outcome", outcome.rawValue)], factory: factory
            )
        }
        self.dispatchDurations = dispatchDurations
        self.slowClients = Counter(label: "signalr.slow_clients", dimensions: dimensions, factory: factory)
        self.reconnectBytes = GaugeTotal(
            Gauge(label: "signalr.reconnect.buffered_bytes", dimensions: dimensions, factory: factory)
        )
        var limits: [HubLimit: Counter] = [:]
        for limit in HubLimit.allCases {
            limits[limit] = Counter(
                label: "signalr.limits.exceeded", dimensions: dimensions + [("limit", limit.rawValue)], factory: factory
            )
        }
        self.limits = limits
    }

    /// A call has been handled; of a stream, until its end.
    func dispatched(_ outcome: DispatchOutcome, in duration: Duration) {
        self.dispatchDurations[outcome]?.record(duration: duration)
    }

    /// Counts that a limit was exceeded.
    func exceeded(_ limit: HubLimit) { self.limits[limit]?.increment() }

    /// Counts a connection that was opened over a transport, which now carries `count` of them.
    func connected(over kind: TransportKind, count: Int) {
        self.connects[kind]?.increment()
        self.connections[kind]?.record(count)
    }

    /// Counts the end of a connection. Ends are rare, and reasons an open set, so this handle is not kept.
    ///
    /// - Parameters:
    ///   - reason: Why it has ended.
    ///   - kind: What carried it.
    ///   - count: How many connections are left there.
    func disconnected(_ reason: CloseReason, over kind: TransportKind, count: Int) {
        self.connections[kind]?.record(count)
        let dimensions = self.dimensions + [("transport", kind.rawValue), ("reason", reason.name)]
        Counter(label: "signalr.disconnects", dimensions: dimensions, factory: self.factory).increment()
        switch reason.name {
        case CloseReason.slowClient.name:
            self.slowClients.increment()
            self.exceeded(.outbox)
        case CloseReason.messageTooLarge().name: self.exceeded(.receiveSize)
        default: break
        }
    }
}
