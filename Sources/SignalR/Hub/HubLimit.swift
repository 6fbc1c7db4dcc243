/// A limit that ends or refuses something. What only makes others wait is none.
enum HubLimit: String, CaseIterable {
    /// ``HubConfiguration/maximumConnections``
    case connections
    /// ``HubConfiguration/maximumNegotiated``
    case negotiated
    /// ``HubConfiguration/maximumReceiveSize``
    case receiveSize = "receive_size"
    /// ``HubConfiguration/outboxBytes``
    case outbox
    /// ``HubConfiguration/maximumStreams``
    case streams
    /// ``HubConfiguration/sendTimeout``
    case sendTime = "send_time"
    /// ``HubConfiguration/maximumBodySize``, of one request
    case bodySize = "body_size"
    /// ``HubConfiguration/maximumBodySize``, of requests that wait; before there is a connection, ``HubConfiguration/inboxBytes``
    case waitingRequests = "waiting_requests"
}

/// What became of a call.
enum DispatchOutcome: String, CaseIterable {
    case succeeded
    case failed
    case cancelled
    /// Its arguments did not fit, or the caller may not.
    case refused
}
