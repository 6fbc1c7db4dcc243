/// What became of one `POST` to a receiver, or of notifications that never got into one.
public struct DeliveryRecord: Sendable, Equatable {
    /// One attempt to deliver it.
    public struct Attempt: Sendable, Equatable {
        /// When its outcome was known, in milliseconds since 1970.
        public var at: Int64
        /// How long the receiver took, in milliseconds; what a fault makes of it counts.
        public var latency: Int64
        /// What was answered; `nil` if nothing was.
        public var status: Int?
        /// `accepted`, `refused`, `timedOut` or `unreachable`.
        public var outcome: String
    }

    /// What is in it.
    public enum Kind: String, Sendable {
        case change, lifecycle
        /// Both.
        case mixed
    }

    /// How it stands.
    public enum State: String, Sendable {
        /// It is being sent.
        case sending
        /// It has failed and will be sent again.
        case waiting
        case delivered
        /// It was not accepted for as long as it is tried.
        case lost
        /// It was not sent at all: the endpoint is too slow, the subscription has no authorization, or too many wait.
        case dropped
    }

    /// 1, 2, 3 … in the order in which they were sent first.
    public let number: Int
    public let url: String
    public let kind: Kind
    /// The subscriptions it is for, each once.
    public let subscriptions: [String]
    /// How many notifications are in it.
    public let items: Int
    /// When it was sent first, in milliseconds since 1970.
    public let startedAt: Int64
    public internal(set) var state: State
    /// How often it was sent.
    public internal(set) var attemptCount = 0
    /// The latest attempts, at most 32, oldest first.
    public internal(set) var attempts: [Attempt] = []
    /// Why it was dropped, or when it comes again; empty if there is nothing to say.
    public internal(set) var remark = ""
}
