/// Everything the emulator knows: tenants, what they keep, subscriptions, and the notifications on their way.
///
/// A value: it knows no clock and no network. Whoever asks says what time it is (milliseconds since 1970), and what it
/// puts into ``deliveries`` somebody else has to send.
struct EmulatedGraph: Sendable {
    /// What it began with.
    var directory: EmulatedSeed
    /// The same, with the permissions that applications have now.
    var tenants: [EmulatedTenant]
    let settings: Settings
    /// Another one each time it begins anew: delta links of before are good no longer.
    var epoch: String
    /// What the tenants keep, by their ids.
    var contents: [String: TenantData] = [:]
    var subscriptions = SubscriptionTable()
    /// What tokens are signed with.
    var keys: SigningKeys
    /// A memory that saves work, and nothing that anybody could tell.
    private let genuineTokens = GenuineTokens()
    var deviceCodes = DeviceCodeTable()
    var refreshTokens: RefreshTokenTable
    var validatedURLs = ValidatedURLs()
    let vapidPublicKey: String
    /// The client assertions that were accepted.
    var assertions = SeenIDs()
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
        var quotas = SubscriptionQuotas()
        var quirks = EmulatorQuirks()
        var delta = DeltaSettings()
        var latency = DeliveryLatency.none
        var authorization = AuthorizationPolicy(.deliver)
        var lifecycleHasValidationTokens = true
        /// In milliseconds, as are the next two.
        var tokenLifetime: Int64 = 3_599_000
        var deviceCodeInterval: Int64 = 5000
        var keyOverlap: Int64 = 86_400_000
        var refusesReplayedAssertions = false
    }

    /// - Parameters:
    ///   - keys: What tokens are signed with.
    ///   - now: When it begins; what is in the mailboxes then is older. `nil` for empty ones.
    init(_ configuration: GraphEmulatorConfiguration, keys: SigningKeys, now: Int64? = nil) {
        self.directory = configuration.directory
        self.tenants = configuration.directory.tenants
        self.settings = Settings(
            notifiesOtherHosts: configuration.notifiesOtherHosts, requiresHTTPS: configuration.requiresHTTPS,
            allowsDuplicates: configuration.allowsDuplicates, pageSize: max(1, configuration.pageSize),
            limits: configuration.limits, quotas: configuration.quotas, quirks: configuration.quirks,
            delta: configuration.delta, latency: configuration.latency, authorization: configuration.authorization,
            lifecycleHasValidationTokens: configuration.lifecycleHasValidationTokens,
            tokenLifetime: configuration.tokenLifetime.milliseconds,
            deviceCodeInterval: configuration.deviceCodeInterval.milliseconds,
            keyOverlap: configuration.keyOverlap.milliseconds,
            refusesReplayedAssertions: configuration.refusesReplayedAssertions
        )
        self.random = EmulatorRandom(seed: configuration.seed)
        var epoch = self.random.derived(0xE90C, Int(now ?? 0))
        self.epoch = epoch.hex(8)
        self.vapidPublicKey = Self.vapidPublicKey(random: &self.random)
        self.keys = keys
        self.refreshTokens = RefreshTokenTable(maximumCount: configuration.limits.tokens)
        self.deliveries = DeliveryTable(
            settings: DeliveryTable.Settings(
                queue: EndpointQueue.Settings(
                    window: configuration.batchWindow.milliseconds, retries: configuration.retries,
                    maximumItems: configuration.limits.notificationsPerEndpoint
                ),
                maximumItems: configuration.limits.notifications, maximumInFlight: configuration.limits.postsInFlight,
                loggedDeliveries: configuration.limits.loggedDeliveries, firstRevision: now.map { Int($0) * 1000 } ?? 0,
                slowEndpoints: configuration.slowEndpoints,
                timeout: configuration.deliveryTimeout, retryTimeout: configuration.retryTimeout
            ),
            random: self.random
        )
        self.withheld = WithheldNotifications(
            window: configuration.retries.window, maximumCount: configuration.limits.notifications
        )
        self.faults = FaultTable(random: self.random)
        self.throttle = ThrottleWindows(limits: configuration.throttling)
        self.moveIn(now: now ?? configuration.clock.now())
        guard let now else { return }
        self.settleIn(now: now)
        self.activity = configuration.activityInterval.map { ActivitySchedule(every: $0, from: now) }
    }

    /// Everybody who may sign in, in every tenant.
    var users: [EmulatedUser] {
        self.tenants.flatMap(\.users)
    }

    /// Says whom tokens stand for.
    var tokenChecker: AccessTokenChecker {
        AccessTokenChecker(keys: self.keys, tenants: self.tenants, genuine: self.genuineTokens)
    }

    /// The ids of a request that came now.
    mutating func identity(clientRequestID: String?, now: Int64) -> RequestIdentity {
        RequestIdentity(id: self.random.guid(), clientID: clientRequestID, date: now)
    }
}
