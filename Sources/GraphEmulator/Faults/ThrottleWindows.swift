/// Who has asked how often in the window that runs.
struct ThrottleWindows: Sendable {
    /// What is counted together.
    enum Operation: String, Sendable {
        case write, reauthorize, read, list
    }

    private struct Key: Sendable, Hashable {
        var operation: Operation
        var application: String
        /// `nil` for all together.
        var tenant: String?
    }

    private struct Window: Sendable {
        var end: Int64
        var count = 0
    }

    private static let maximumCount = 4096

    private let limits: ThrottleLimits?
    private var windows: [Key: Window] = [:]

    /// - Parameter limits: `nil` for no limit.
    init(limits: ThrottleLimits?) {
        self.limits = limits
    }

    /// Counts a request, or refuses it: 429.
    mutating func take(_ operation: Operation, by caller: Caller, now: Int64) throws(GraphRefusal) {
        guard let limits else { return }
        let limit = limits.limit(operation)
        let all = Key(operation: operation, application: caller.applicationID)
        let tenant = Key(operation: operation, application: caller.applicationID, tenant: caller.tenantID)
        if self.windows.count > Self.maximumCount { self.windows = self.windows.filter { $0.value.end > now } }
        for (key, limit) in [(all, limit.perApplication), (tenant, limit.perTenant)] {
            guard let window = self.windows[key], window.end > now, window.count >= limit else { continue }
            throw .throttled(operation, limits.hint.retryAfter(milliseconds: window.end - now), now: now)
        }
        for key in [all, tenant] {
            if self.windows[key].map({ $0.end <= now }) ?? true {
                self.windows[key] = Window(end: now + limits.window.milliseconds)
            }
            self.windows[key]?.count += 1
        }
    }
}

extension ThrottleLimits {
    fileprivate func limit(_ operation: ThrottleWindows.Operation) -> Limit {
        switch operation {
        case .write: self.writes
        case .reauthorize: self.reauthorizations
        case .read: self.reads
        case .list: self.lists
        }
    }
}

extension ThrottleLimits.Hint {
    fileprivate func retryAfter(milliseconds: Int64) -> Fault.RetryAfter {
        let seconds = Int((milliseconds + 999) / 1000)
        switch self {
        case .none: return .none
        case .seconds: return .seconds(seconds)
        case .decimal: return .decimal(Double(milliseconds) / 1000)
        case .date: return .date(seconds)
        }
    }
}

extension GraphRefusal {
    fileprivate static func throttled(
        _ operation: ThrottleWindows.Operation, _ retryAfter: Fault.RetryAfter, now: Int64
    ) -> GraphRefusal {
        .tooManyRequests(category: "throttle.aad.ags.subscriptionservice.dc.\(operation.rawValue)", retryAfter, now: now)
    }
}
