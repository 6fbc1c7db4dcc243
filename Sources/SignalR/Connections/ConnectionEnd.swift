import SignalRProtocol

/// How far the end of a connection has come.
struct ConnectionEnd {
    /// Why it has ended; `nil` as long as it has not.
    var reason: CloseReason?
    /// Whether the hub has been told of the connection and must be told of its end.
    var isKnownToHub = false
    /// Whether it is one of those that the hub counts.
    var isCounted = false
    /// Why the client leaves, once it has said goodbye in the protocol.
    var goodbye: CloseReason?
    /// When what an ended connection still does is cut off.
    var deadline: LoopInstant?
}
