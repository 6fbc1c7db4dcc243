import Metrics
import SignalRProtocol

/// What a hub counts.
///
/// `signalr.connections`, `signalr.connects`, `signalr.disconnects` (by reason), `signalr.messages.received`,
/// `signalr.messages.sent`, `signalr.bytes.sent`, `signalr.dispatch.duration` (by outcome), `signalr.slow_clients`,
/// `signalr.limits.exceeded` (by limit), `signalr.reconnect.buffered_bytes`, which waits for acknowledgements or for its client to
/// come back; each by hub and transport.
struct HubMetrics: Sendable {
    let connections: Gauge
    let connects: Counter
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
        let dimensions = [("hub", hub), ("transport", "webSockets")]
        self.factory = factory
        self.dimensions = dimensions
        self.connections = Gauge(label: "signalr.connections", dimensions: dimensions, factory: factory)
        self.connects = Counter(label: "signalr.connects", dimensions: dimensions, factory: factory)
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

    /// Counts the end of a connection. Ends are rare, and reasons an open set, so this handle is not kept.
    func disconnected(_ reason: CloseReason) {
        Counter(
            label: "signalr.disconnects", dimensions: self.dimensions + [("reason", reason.name)], factory: self.factory
        ).increment()
        switch reason.name {
        case CloseReason.slowClient.name:
            self.slowClients.increment()
            self.exceeded(.outbox)
        case CloseReason.messageTooLarge().name: self.exceeded(.receiveSize)
        default: break
        }
    }
}
