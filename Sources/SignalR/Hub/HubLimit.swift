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
}

/// What became of a call.
enum DispatchOutcome: String, CaseIterable {
    case succeeded
    case failed
    case cancelled
    /// Its arguments did not fit, or the caller may not.
    case refused
}
