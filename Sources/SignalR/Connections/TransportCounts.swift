import Synchronization

/// How many connections each kind of transport carries.
final class TransportCounts: Sendable {
    private let webSockets = Atomic(0)
    private let serverSentEvents = Atomic(0)
    private let longPolling = Atomic(0)
    private let inProcess = Atomic(0)

    var total: Int {
        self.webSockets.load(ordering: .relaxed) + self.serverSentEvents.load(ordering: .relaxed)
            + self.longPolling.load(ordering: .relaxed) + self.inProcess.load(ordering: .relaxed)
    }

    /// - Returns: How many there are now.
    func add(_ difference: Int, to kind: TransportKind) -> Int {
        switch kind {
        case .webSockets: self.webSockets.add(difference, ordering: .relaxed).newValue
        case .serverSentEvents: self.serverSentEvents.add(difference, ordering: .relaxed).newValue
        case .longPolling: self.longPolling.add(difference, ordering: .relaxed).newValue
        case .inProcess: self.inProcess.add(difference, ordering: .relaxed).newValue
        }
    }
}
