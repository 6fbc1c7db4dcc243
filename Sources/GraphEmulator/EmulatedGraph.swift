/// Everything the emulator knows: what tenants keep, subscriptions, tokens, and the notifications on their way.
///
/// A value: it knows no clock and no network. Whoever asks says what time it is (milliseconds since 1970), and what it
/// puts into ``deliveries`` somebody else has to send.
struct EmulatedGraph: Sendable {
    let company: EmulatedCompany
    let settings: Settings
    /// By the tenant's id.
    var tenants: [String: TenantData] = [:]
    var subscriptions = SubscriptionTable()
    var tokens: TokenTable
    var deliveries: DeliveryTable
    var random: EmulatorRandom

    /// What of the configuration decides answers.
    struct Settings: Sendable {
        var notifiesOtherHosts = false
        var requiresHTTPS = false
        var allowsDuplicates = false
        var pageSize = 100
        var limits = EmulatorLimits()
        var delta = DeltaSettings()
    }

    init(_ configuration: GraphEmulatorConfiguration) {
        self.company = configuration.company
        self.settings = Settings(
            notifiesOtherHosts: configuration.notifiesOtherHosts, requiresHTTPS: configuration.requiresHTTPS,
            allowsDuplicates: configuration.allowsDuplicates, pageSize: max(1, configuration.pageSize),
            limits: configuration.limits, delta: configuration.delta
        )
        self.random = EmulatorRandom(seed: configuration.seed)
        self.tokens = TokenTable(
            lifetime: configuration.tokenLifetime.milliseconds, maximumCount: configuration.limits.tokens
        )
        self.deliveries = DeliveryTable(
            settings: EndpointQueue.Settings(
                window: configuration.batchWindow.milliseconds, retries: configuration.retries,
                maximumItems: configuration.limits.notificationsPerEndpoint
            ),
            maximumItems: configuration.limits.notifications
        )
        self.tenants[self.company.tenantID] = TenantData(tombstoneLimit: configuration.limits.removals)
        self.moveIn(now: configuration.clock.now())
    }

    /// The ids of a request that came now.
    mutating func identity(clientRequestID: String?, now: Int64) -> RequestIdentity {
        RequestIdentity(id: self.random.guid(), clientID: clientRequestID, date: now)
    }
}
