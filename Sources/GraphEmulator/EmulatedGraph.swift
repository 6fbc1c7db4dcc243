/// Everything the emulator knows: mailboxes, subscriptions, tokens, and the notifications on their way.
///
/// A value: it knows no clock and no network. Whoever asks says what time it is (milliseconds since 1970), and what it
/// puts into ``deliveries`` somebody else has to send.
struct EmulatedGraph: Sendable {
    let company: EmulatedCompany
    let settings: Settings
    /// By the user's id.
    var mailboxes: [String: EmulatedMailbox] = [:]
    var subscriptions = SubscriptionTable()
    var tokens: TokenTable
    var deliveries: DeliveryTable
    var authorizations = AuthorizationTable()
    var withheld: WithheldNotifications
    var faults: FaultTable
    var throttle: ThrottleWindows
    /// What happens without anybody asking; `nil` if nothing does.
    var activity: ActivitySchedule?
    var random: EmulatorRandom

    /// What of the configuration decides answers.
    struct Settings: Sendable {
        var notifiesOtherHosts = false
        var requiresHTTPS = false
        var allowsDuplicates = false
        var pageSize = 100
        var limits = EmulatorLimits()
        var latency = DeliveryLatency.none
        var authorization = AuthorizationPolicy(.deliver)
        var lifecycleHasValidationTokens = true
        var validationTokenVersion = TokenVersion.v2
    }

    /// - Parameter now: When it begins; what is in the mailboxes then is older. `nil` for empty ones.
    init(_ configuration: GraphEmulatorConfiguration, now: Int64? = nil) {
        self.company = configuration.company
        self.settings = Settings(
            notifiesOtherHosts: configuration.notifiesOtherHosts, requiresHTTPS: configuration.requiresHTTPS,
            allowsDuplicates: configuration.allowsDuplicates, pageSize: max(1, configuration.pageSize),
            limits: configuration.limits, latency: configuration.latency, authorization: configuration.authorization,
            lifecycleHasValidationTokens: configuration.lifecycleHasValidationTokens,
            validationTokenVersion: configuration.validationTokenVersion
        )
        self.random = EmulatorRandom(seed: configuration.seed)
        self.tokens = TokenTable(
            lifetime: configuration.tokenLifetime.milliseconds, maximumCount: configuration.limits.tokens
        )
        self.deliveries = DeliveryTable(
            settings: DeliveryTable.Settings(
                queue: EndpointQueue.Settings(
                    window: configuration.batchWindow.milliseconds, retries: configuration.retries,
                    maximumItems: configuration.limits.notificationsPerEndpoint
                ),
                maximumItems: configuration.limits.notifications, maximumInFlight: configuration.limits.postsInFlight,
                loggedDeliveries: configuration.limits.loggedDeliveries, slowEndpoints: configuration.slowEndpoints,
                timeout: configuration.deliveryTimeout, retryTimeout: configuration.retryTimeout
            ),
            random: self.random
        )
        self.withheld = WithheldNotifications(
            window: configuration.retries.window, maximumCount: configuration.limits.notifications
        )
        self.faults = FaultTable(random: self.random)
        self.throttle = ThrottleWindows(limits: configuration.throttling)
        for user in configuration.company.users { self.mailboxes[user.id] = EmulatedMailbox(of: user) }
        guard let now else { return }
        self.settleIn(now: now)
        self.activity = configuration.activityInterval.map { ActivitySchedule(every: $0, from: now) }
    }

    func user(_ key: String) -> EmulatedUser? {
        self.company.users.first { $0.matches(key) }
    }

    /// The ids of a request that came now.
    mutating func identity(clientRequestID: String?, now: Int64) -> RequestIdentity {
        RequestIdentity(id: self.random.guid(), clientID: clientRequestID, date: now)
    }
}
