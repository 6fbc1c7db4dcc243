import SignalRProtocol

/// How far the end of a connection has come.
struct ConnectionEnd {
    /// An object, because most connections have not ended.
    private final class Ending {
        let reason: CloseReason
        var deadline: LoopInstant?

        init(_ reason: CloseReason, deadline: LoopInstant?) {
            self.reason = reason
            self.deadline = deadline
        }
    }

    private var ending: Ending?
    /// Whether the hub has been told of the connection and must be told of its end.
    var isKnownToHub = false
    /// What it is counted under, if it is one of those that the hub counts.
    var countedKind: TransportKind?
    /// Why the client leaves, once it has said goodbye in the protocol.
    var goodbye: CloseReason?

    /// Why it has ended; `nil` as long as it has not.
    var reason: CloseReason? { self.ending?.reason }

    /// When what an ended connection still does is cut off; `nil` when it does nothing more.
    var deadline: LoopInstant? { self.ending?.deadline }

    /// It has ended.
    ///
    /// - Parameter deadline: When what it still does is cut off, if that may go on.
    mutating func ended(_ reason: CloseReason, deadline: LoopInstant?) {
        self.ending = Ending(reason, deadline: deadline)
    }

    /// It does nothing more.
    func restDone() { self.ending?.deadline = nil }
}
