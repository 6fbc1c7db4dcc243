/// What carries a connection, as far as requests that name the connection need to know.
enum HubCarrier: Sendable {
    case webSockets
    // Tables keep many of these, and most are WebSockets, which need no room.
    indirect case serverSentEvents(LoopSlot<ServerSentEventsTransport>, userID: String?)
    indirect case longPolling(LoopSlot<LongPollTransport>, userID: String?)

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
