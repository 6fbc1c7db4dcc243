import Metrics
import SignalRProtocol

/// What a hub counts.
///
/// `signalr.connections`, `signalr.connects`, `signalr.disconnects` (by reason), `signalr.messages.received`,
/// `signalr.messages.sent`, `signalr.bytes.sent`, `signalr.dispatch.duration`, `signalr.slow_clients`; each by hub and
/// transport.
struct HubMetrics: Sendable {
    let connections: Gauge
    let connects: Counter
    let messagesReceived: Counter
    let messagesSent: Counter
    let bytesSent: Counter
    let dispatchDuration: Timer
    let slowClients: Counter
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
        self.dispatchDuration = Timer(label: "signalr.dispatch.duration", dimensions: dimensions, factory: factory)
        self.slowClients = Counter(label: "signalr.slow_clients", dimensions: dimensions, factory: factory)
    }

    /// Counts the end of a connection. Ends are rare, and reasons an open set, so this handle is not kept.
    func disconnected(_ reason: CloseReason) {
        Counter(
            label: "signalr.disconnects", dimensions: self.dimensions + [("reason", reason.name)], factory: self.factory
        ).increment()
        if reason == .slowClient { self.slowClients.increment() }
    }
}
