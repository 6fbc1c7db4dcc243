/// How the emulator behaves. Every default is what Graph does, except that plain HTTP is fine on this machine.
public struct GraphEmulatorConfiguration: Sendable {
    /// The address to listen on. Only an address of this machine.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// The port of the admin side, which lets things go wrong and shows what was sent; 0 takes a free one, `nil` leaves it
    /// out.
    public var adminPort: Int?
    /// The address of the admin side, if it is to be another. Whoever reaches it may do everything: it asks for no password.
    public var adminHost: String?
    /// A second port, with TLS. `nil`: none.
    public var tls: EmulatorTLS?
    /// Certificates in PEM that notification URLs with `https` may have, besides those the system trusts. `nil`: no others.
    public var receiverAuthorities: String?
    /// Which tenants there are, with their people and applications.
    public var directory: EmulatedSeed
    /// How often something happens by itself: mail arrives, is read, is deleted. `nil`: never.
    public var activityInterval: Duration?
    /// Makes ids, tokens and activity the same each time. `nil`: random.
    public var seed: UInt64?

    /// Whether notification URLs may name other machines than this one. Off, because this is a tool for development.
    public var notifiesOtherHosts = false
    /// Whether `http` notification URLs are refused even on this machine, as Graph does.
    public var requiresHTTPS = false
    /// Whether the answer to a handshake must be `text/plain`. Off, because it is not known whether Graph looks.
    public var requiresPlainTextHandshake = false
    /// Whether the same application may create the same subscription twice. Graph has been seen to allow it.
    public var allowsDuplicates = false

    /// How long a receiver may take to answer the handshake, in real time whatever the clock, as are the next two. 10 s.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How long a receiver may take to answer a notification. 3 s.
    public var deliveryTimeout: Duration = .seconds(3)
    /// The same for a notification that is sent again. 10 s.
    public var retryTimeout: Duration = .seconds(10)
    /// How long a notification waits for others to the same URL. 20 ms.
    public var batchWindow: Duration = .milliseconds(20)
    /// When a notification that was not accepted is sent again.
    public var retries = RetrySchedule()
    /// How much later than the change its notification is sent. At once.
    public var latency = DeliveryLatency.none
    /// From when on an endpoint is treated as slow, and how.
    public var slowEndpoints = SlowEndpointPolicy()
    /// What becomes of notifications while their subscription's authorization has expired. They are sent all the same.
    public var authorization = AuthorizationPolicy(.deliver)
    /// How often an application may ask for subscriptions; `nil`: as often as it likes.
    public var throttling: ThrottleLimits? = ThrottleLimits()
    /// Whether lifecycle notifications of rich subscriptions have validation tokens too. It is not known whether Graph's do.
    public var lifecycleHasValidationTokens = true
    /// How long an access token is good for. 3,599 s.
    public var tokenLifetime: Duration = .seconds(3599)
    /// Whether users and mail may be read and changed only with a token. Off, because that is convenient on this machine; a
    /// token that is sent is always checked. Subscriptions always need one.
    public var requiresTokens = false
    /// How long an application waits between two questions whether a user has signed in elsewhere. 5 s.
    public var deviceCodeInterval: Duration = .seconds(5)
    /// How long a signing key is served after another has taken its place. 24 h.
    public var keyOverlap: Duration = .seconds(86_400)
    /// Whether a client assertion may be used only once. Off, because the real service does not look.
    public var refusesReplayedAssertions = false

    /// How many subscriptions one page of a list holds. 100.
    public var pageSize = 100
    /// How many subscriptions there may be.
    public var quotas = SubscriptionQuotas()
    /// What Graph does not always do.
    public var quirks = EmulatorQuirks()
    /// How those are answered who ask what has changed.
    public var delta = DeltaSettings()
    /// How much is kept.
    public var limits = EmulatorLimits()
    /// What time it is: ``EmulatorClock/system``, ``EmulatorClock/scaled(by:of:)``, or that of a ``SteppedClock``.
    public var clock: EmulatorClock = .system

    public init(
        host: String = "127.0.0.1", port: Int = 8081, directory: EmulatedSeed = .contoso,
        activityInterval: Duration? = nil, seed: UInt64? = nil
    ) {
        self.host = host
        self.port = port
        self.directory = directory
        self.activityInterval = activityInterval
        self.seed = seed
    }

    /// Checks what can be checked without opening a port. `GraphEmulator.run()` does so too.
    public func validate() throws(GraphEmulatorError) {
        guard Loopback.contains(host: self.host) else {
            throw GraphEmulatorError(
                .hostNotLoopback,
                "The Graph emulator listens on this machine only, and '\(self.host)' is not a loopback address: use 127.0.0.1."
            )
        }
        try self.directory.validate()
    }
}
