import JSONBytes
public import NIOCore

/// One change, as applications see it.
public struct GraphUpdate: Sendable, Equatable {
    /// `created`, `updated` or `deleted`, in lower case.
    public var changeType: String
    /// The resource that changed, as Graph named it.
    public var resource: String
    /// When Tidings received the change, in milliseconds since 1970; written as ISO 8601 in UTC.
    public var timestamp: Int64
    /// The topics it belongs to.
    public var topics: [String]
    /// The declared name of the subscription, if it is a declared one.
    public var subscription: String?
    /// The tenant it happened in, if Graph said so.
    public var tenantID: String?
    /// The id of the object that changed, if Graph said so.
    public var resourceID: String?
    /// The object itself as JSON, where the subscription asks for it.
    public var data: ByteBuffer?
    /// Why ``data`` is missing although the subscription has it fetched: `notFound`, `throttled`, `refused` or `unavailable`.
    public var missing: String?
    /// Whether it was found by catching up rather than by a notification.
    public var isRecovered: Bool
    /// How many changes this one stands for; 1 unless some were coalesced.
    public var coalesced: Int

    public init(
        changeType: String, resource: String, timestamp: Int64, topics: [String], subscription: String? = nil,
        tenantID: String? = nil, resourceID: String? = nil, data: ByteBuffer? = nil, missing: String? = nil,
        isRecovered: Bool = false, coalesced: Int = 1
    ) {
        self.changeType = changeType
        self.resource = resource
        self.timestamp = timestamp
        self.topics = topics
        self.subscription = subscription
        self.tenantID = tenantID
        self.resourceID = resourceID
        self.data = data
        self.missing = missing
        self.isRecovered = isRecovered
        self.coalesced = coalesced
    }

    /// Writes the update as the JSON object that clients get.
    ///
    /// `subscription`, `tenantId`, `resourceId`, `data` and `missing` are left out when there is nothing to say.
    public func writeJSON(cursor: Cursor, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"type":"graphUpdate","changeType":"#)
        buffer.writeJSONString(self.changeType)
        buffer.writeStaticString(#","resource":"#)
        buffer.writeJSONString(self.resource)
        buffer.writeStaticString(#","timestamp":""#)
        buffer.writeISO8601(millisecondsSince1970: self.timestamp)
        buffer.writeStaticString(#"","cursor":""#)
        buffer.writeString(cursor.epoch)
        buffer.writeInteger(UInt8(ascii: "-"))
        buffer.writeJSONNumber(cursor.offset)
        buffer.writeStaticString(#"","topics":["#)
        for (index, topic) in self.topics.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeJSONString(topic)
        }
        buffer.writeInteger(UInt8(ascii: "]"))
        if let subscription = self.subscription {
            buffer.writeStaticString(#","subscription":"#)
            buffer.writeJSONString(subscription)
        }
        if let tenantID = self.tenantID {
            buffer.writeStaticString(#","tenantId":"#)
            buffer.writeJSONString(tenantID)
        }
        if let resourceID = self.resourceID {
            buffer.writeStaticString(#","resourceId":"#)
            buffer.writeJSONString(resourceID)
        }
        if let data = self.data {
            buffer.writeStaticString(#","data":"#)
            buffer.writeImmutableBuffer(data)
        }
        if let missing = self.missing {
            buffer.writeStaticString(#","missing":"#)
            buffer.writeJSONString(missing)
        }
        buffer.writeStaticString(self.isRecovered ? #","recovered":true,"coalesced":"# : #","recovered":false,"coalesced":"#)
        buffer.writeJSONNumber(Int64(self.coalesced))
        buffer.writeInteger(UInt8(ascii: "}"))
    }
}
