/// How the emulator behaves. Every default is what Graph does, except that plain HTTP is fine on this machine.
public struct GraphEmulatorConfiguration: Sendable {
    /// The address to listen on. Only an address of this machine: the mail data need no token.
    public var host: String
    /// The port to listen on; 0 takes a free one.
    public var port: Int
    /// Who works there.
    public var company: EmulatedCompany
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

    /// How long a receiver may take to answer the handshake. 10 s.
    public var handshakeTimeout: Duration = .seconds(10)
    /// How long a receiver may take to answer a notification. 3 s.
    public var deliveryTimeout: Duration = .seconds(3)
    /// The same for a notification that is sent again. 10 s.
    public var retryTimeout: Duration = .seconds(10)
    /// How long a notification waits for others to the same URL. 20 ms.
    public var batchWindow: Duration = .milliseconds(20)
    /// When a notification that was not accepted is sent again.
    public var retries = RetrySchedule()
    /// How long an access token is good for. 3,599 s.
    public var tokenLifetime: Duration = .seconds(3599)

    /// How many subscriptions one page of a list holds. 100.
    public var pageSize = 100
    /// How those are answered who ask what has changed.
    public var delta = DeltaSettings()
    /// How much is kept.
    public var limits = EmulatorLimits()
    /// What time it is.
    public var clock: EmulatorClock = .system

    public init(
        host: String = "127.0.0.1", port: Int = 8081, company: EmulatedCompany = .contoso,
        activityInterval: Duration? = nil, seed: UInt64? = nil
    ) {
        self.host = host
        self.port = port
        self.company = company
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
        try self.company.validate()
    }
}
