/// The limits of a ``WebhookReceiver``.
public struct WebhookConfiguration: Sendable {
    /// The largest body, in bytes; a larger one is answered `413`.
    public var maximumBodySize: Int
    /// How many notifications one `POST` may bring; more are answered `413`. Graph sends a few hundred at most.
    public var maximumItems: Int
    /// The longest validation token that is echoed, in bytes after decoding.
    public var maximumTokenSize: Int
    /// What `Retry-After` says when a body could not be stored, in seconds.
    public var retryAfter: Int

    public init(
        maximumBodySize: Int = 4 << 20, maximumItems: Int = 10_000, maximumTokenSize: Int = 2 << 10, retryAfter: Int = 10
    ) {
        self.maximumBodySize = maximumBodySize
        self.maximumItems = maximumItems
        self.maximumTokenSize = maximumTokenSize
        self.retryAfter = retryAfter
    }
}
