/// What carries a connection, as far as requests that name the connection need to know.
enum HubCarrier: Sendable {
    case webSockets
    case serverSentEvents(LoopSlot<ServerSentEventsTransport>, userID: String?)
    case longPolling(LoopSlot<LongPollTransport>, userID: String?)

    var transport: HubTransports {
        switch self {
        case .webSockets: .webSockets
        case .serverSentEvents: .serverSentEvents
        case .longPolling: .longPolling
        }
    }

    /// Whether requests of this user may go on with the connection: it belongs to who made it.
    func belongs(to user: HubUser?) -> Bool {
        switch self {
        case .webSockets: true
        case .serverSentEvents(_, let userID), .longPolling(_, let userID): userID == user?.id
        }
    }
}
