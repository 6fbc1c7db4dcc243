public import NIOCore

/// What came of fetching an object.
public enum FetchOutcome: Sendable, Equatable {
    /// The object, in JSON.
    case found(ByteBuffer)
    /// It is not there: deleted, or moved, since the notification.
    case notFound
    /// Graph asked to wait for longer than there was time.
    case throttled
    /// Graph does not give it to this application.
    case refused
    /// Graph failed, was not there, or did not answer in time.
    case unavailable

    /// The word that stands in an update for an object that is missing; `nil` if it is there.
    public var missing: String? {
        switch self {
        case .found: nil
        case .notFound: "notFound"
        case .throttled: "throttled"
        case .refused: "refused"
        case .unavailable: "unavailable"
        }
    }
}
