public import NIOCore

/// What Graph tells about a subscription itself.
///
/// Its description leaves out the client state and the item.
public struct LifecycleNotification: Sendable, Equatable {
    /// What happened to the subscription. Graph may invent more.
    public struct Event: RawRepresentable, Sendable, Hashable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The subscription stops delivering soon unless it is renewed or reauthorized.
        public static let reauthorizationRequired = Event(rawValue: "reauthorizationRequired")
        /// Graph removed the subscription.
        public static let subscriptionRemoved = Event(rawValue: "subscriptionRemoved")
        /// Graph lost notifications of the subscription.
        public static let missed = Event(rawValue: "missed")
    }

    /// Graph's id of the subscription.
    public var subscriptionID: String
    /// The secret of the subscription, as the sender repeated it.
    public var clientState: String?
    /// What happened.
    public var event: Event
    /// The resource it concerns; normally missing.
    public var resource: String?
    /// The tenant it happened in.
    public var tenantID: String?
    /// The item's bytes as they came.
    public var item: ByteBuffer

    public init(
        subscriptionID: String, clientState: String? = nil, event: Event, resource: String? = nil,
        tenantID: String? = nil, item: ByteBuffer = ByteBuffer()
    ) {
        self.subscriptionID = subscriptionID
        self.clientState = clientState
        self.event = event
        self.resource = resource
        self.tenantID = tenantID
        self.item = item
    }
}

extension LifecycleNotification: CustomStringConvertible {
    public var description: String {
        "LifecycleNotification(subscription \(self.subscriptionID), \(self.item.readableBytes) bytes)"
    }
}
