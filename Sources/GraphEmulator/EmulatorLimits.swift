/// How much the emulator keeps in memory.
public struct EmulatorLimits: Sendable {
    /// Messages in one mailbox, one chat or one channel. Beyond that the oldest go, as if deleted. 10,000.
    public var messagesPerMailbox = 10_000
    /// Bytes of messages in one mailbox, chat or channel. Beyond that the oldest go, as if deleted. 64 MiB.
    public var bytesPerMailbox = 64 << 20
    /// Things of another kind in one place: users, files of a drive, events of a mailbox; more are refused. 20,000.
    public var objectsPerCollection = 20_000
    /// Things of all kinds in one tenant; more are refused. 500,000.
    public var objects = 500_000
    /// Bytes of memory for the things of one tenant; more are refused. 512 MiB.
    public var objectBytes = 512 << 20
    /// Things that have gone and are still told of to who asks for changes, in each place. Beyond that the oldest are
    /// forgotten, and who asked last before they went has to begin again. 10,000.
    public var removals = 10_000
    /// Live subscriptions in all; more are refused. 10,000.
    public var subscriptions = 10_000
    /// Notifications that wait for one URL, retries included. Beyond that new ones are lost, with a warning. 10,000.
    public var notificationsPerEndpoint = 10_000
    /// The same for all URLs together. 100,000.
    public var notifications = 100_000
    /// Deliveries that are remembered; beyond that the oldest are forgotten. 1,000.
    public var loggedDeliveries = 1000
    /// `POST`s of notifications that are under way at the same time; others wait. 256.
    public var postsInFlight = 256
    /// Refresh tokens that are remembered; beyond that the oldest stop working. 1,000.
    public var tokens = 1000
    /// Bytes of one request's body. 4 MiB.
    public var bodyBytes = 4 << 20

    public init() {}
}
