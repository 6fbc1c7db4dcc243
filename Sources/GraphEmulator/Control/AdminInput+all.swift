/// `POST clock`.
struct ClockInput: AdminInput {
    static let members = ["mode", "rate"]
    static let modes = ["real", "scaled", "stepped"]
    /// A faster clock would be over its years in no time.
    static let highestRate = 1_000_000.0

    var mode: String
    var rate: Double?

    func read() throws(AdminRefusal) -> SwitchedClock.Mode {
        guard self.mode == "scaled" || self.rate == nil else {
            throw AdminRefusal("'rate' is for the mode 'scaled' only.")
        }
        switch self.mode {
        case "real": return .real
        case "stepped": return .stepped
        case "scaled":
            guard let rate, rate > 0, rate <= Self.highestRate else {
                throw AdminRefusal("The mode 'scaled' needs a 'rate' above 0 and at most 1000000.")
            }
            return .scaled(rate)
        default: throw .unknown(self.mode, what: "mode", among: Self.modes)
        }
    }
}

/// `POST clock/advance`.
struct AdvanceInput: AdminInput {
    static let members = ["by"]

    var by: AdminDuration
}

/// `POST subscriptions/{id}/lose`.
struct LoseInput: AdminInput {
    static let members = ["next"]

    /// How many of the next notifications are lost; none, but it is said that some were, if it is not given.
    var next: Int?
}

/// `POST subscriptions/{id}/reauthorize`.
struct ReauthorizeInput: AdminInput {
    static let members = ["revoke"]

    /// Whether the present authorization ends.
    var revoke: Bool?
}

/// `POST subscriptions/{id}/authorization`.
struct AuthorizationInput: AdminInput {
    static let members = ["endsIn"]

    /// How long the authorization still holds; it ends now, if it is not given.
    var endsIn: AdminDuration?
}

/// `POST permissions/grant` and `revoke`.
struct PermissionInput: AdminInput {
    static let members = ["application", "permission", "tenant", "delegated"]

    /// An id or a name, as is the tenant.
    var application: String
    var permission: String
    /// The first one in which there is such an application, if it is not given.
    var tenant: String?
    /// Whether it is for what the application does for users.
    var delegated: Bool?
}

/// `POST throttle`.
struct ThrottleInput: AdminInput {
    static let members = ["count", "retryAfter", "retryAfterStyle"]
    static let usualStyles = Fault.RetryAfter.styles + ["none"]

    /// How many requests; all until it is lifted, if it is not given.
    var count: Int?
    /// In seconds; 5, if it is not given.
    var retryAfter: Double?
    /// As for a fault; `none` leaves the field out.
    var retryAfterStyle: String?

    func hint() throws(AdminRefusal) -> Fault.RetryAfter {
        guard self.retryAfterStyle != "none" else {
            guard self.retryAfter == nil else { throw AdminRefusal("The style 'none' has no 'retryAfter'.") }
            return .none
        }
        if let style = self.retryAfterStyle, !Fault.RetryAfter.styles.contains(style) {
            throw .unknown(style, what: "style", among: Self.usualStyles)
        }
        return try Fault.RetryAfter(seconds: self.retryAfter ?? 5, style: self.retryAfterStyle)
    }
}

/// `POST activity`.
struct ActivityInput: AdminInput {
    static let members = ["times"]
    static let mostTimes = 10_000

    var times: Int?
}

/// What needs no body.
struct NoInput: AdminInput {
    static let members: [String] = []
}
