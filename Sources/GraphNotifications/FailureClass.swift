/// What a failure means for whoever has to go on: every ``GraphError`` is of exactly one of these.
public enum FailureClass: String, Sendable, Hashable, CaseIterable {
    /// It may pass by itself: the network, a service that fails, a notification URL that could not be reached.
    case retryable
    /// Somebody asked to wait, and said or did not say how long.
    case throttled
    /// The credentials, or what they may do; somebody has to change that.
    case auth
    /// The request as it is will never do.
    case permanent
    /// What was received is unusable, and will be each time.
    case poison
}

extension GraphError {
    /// What the failure means for whoever has to go on.
    public var failureClass: FailureClass {
        switch self.code {
        case .storageFailed, .unreachable, .serviceFailed, .validationFailed, .suspended: .retryable
        case .throttled: .throttled
        case .credentialRefused: .auth
        case .requestRefused where self.graphCode == "Authorization_RequestDenied": .auth
        case .malformedNotification: .poison
        default: .permanent
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch self.failureClass {
        case .retryable, .throttled: true
        case .auth, .permanent, .poison: false
        }
    }

    /// Whether what was asked for may have been done all the same, so that it must not simply be done again.
    public var isUncertain: Bool {
        self.code == .unreachable || self.code == .serviceFailed
    }
}
