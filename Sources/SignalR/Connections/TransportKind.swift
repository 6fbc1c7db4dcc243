/// What a transport is, for metrics.
enum TransportKind: String, CaseIterable, Sendable {
    case webSockets
    case serverSentEvents
    case longPolling
    /// No socket: the client is in this process.
    case inProcess
}
