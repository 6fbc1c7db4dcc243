import NIOHTTP1

/// What Graph counts together when it limits how often it is asked.
enum GraphOperation: String, Sendable, CaseIterable {
    /// Creating, changing and deleting subscriptions.
    case write
    case reauthorize
    /// One subscription.
    case read
    /// All subscriptions.
    case list
    /// What has changed. Graph's limits for that are not known beforehand; this keeps it from taking all there are, and what keeps
    /// subscriptions alive never waits for it.
    case delta
    /// Everything else, which Graph limits in ways that are not known beforehand.
    case other

    /// - Parameters:
    ///   - method: What is done.
    ///   - path: To what, relative to Graph's version.
    init(_ method: HTTPMethod, _ path: some StringProtocol) {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        guard segments.first == "subscriptions" else {
            self = segments.last == "delta" ? .delta : .other
            return
        }
        switch method {
        case .GET: self = segments.count == 1 ? .list : .read
        case .POST where segments.count == 3: self = .reauthorize
        default: self = .write
        }
    }

    /// How long a window of Graph's is.
    static let period = Duration.seconds(20)

    /// How many Graph allows in one window to an application in one tenant; `nil` if that is not known.
    var tenantLimit: Int? {
        switch self {
        case .write, .read: 500
        case .delta: 400
        case .reauthorize: 1_000
        case .list: 25
        case .other: nil
        }
    }

    /// How many Graph allows in one window to an application in all tenants; `nil` if that is not known.
    var applicationLimit: Int? {
        switch self {
        case .write, .read, .delta: 2_000
        case .reauthorize: 4_000
        case .list: 40
        case .other: nil
        }
    }
}
