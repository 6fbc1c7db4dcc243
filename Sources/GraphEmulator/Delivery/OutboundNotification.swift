import NIOCore

/// One item of a notification, as it will be sent: encoded once, the same in every attempt.
struct OutboundNotification: Sendable, Equatable {
    enum Kind: String, Sendable {
        case change, lifecycle
    }

    let subscriptionID: String
    let kind: Kind
    /// A JSON object, without its encrypted content as long as that is to be sealed.
    var json: ByteBuffer
    /// What is to be encrypted into it before it is sent first.
    var content: UnsealedContent?
    /// To whom the `POST` must prove where it is from; `nil` for what is not rich.
    var audience: TokenAudience?
    /// Whether it was let through to find out how fast its endpoint is.
    var isProbe = false

    init(
        subscriptionID: String, kind: Kind = .change, json: ByteBuffer, content: UnsealedContent? = nil,
        audience: TokenAudience? = nil
    ) {
        self.subscriptionID = subscriptionID
        self.kind = kind
        self.json = json
        self.content = content
        self.audience = audience
    }

    /// The same with another member at the end of its object.
    func adding(_ name: String, _ value: JSONObject) -> OutboundNotification {
        var member = JSONObject()
        member.set(name, value)
        var item = self
        item.json = JSONObject.joining(self.json, member)
        return item
    }

    /// The body of a `POST` with these items.
    ///
    /// - Parameter validationTokens: What stands beside them; `nil` for nothing.
    static func body(of items: some Collection<OutboundNotification>, validationTokens: ValidationTokens? = nil) -> ByteBuffer {
        var body = ByteBuffer()
        body.reserveCapacity(items.reduce(12) { $0 + $1.json.readableBytes + 1 })
        body.writeStaticString("{\"value\":[")
        for (index, item) in items.enumerated() {
            if index > 0 { body.writeInteger(UInt8(ascii: ",")) }
            body.writeImmutableBuffer(item.json)
        }
        body.writeStaticString("]}")
        guard let validationTokens else { return body }
        return JSONObject.joining(body, validationTokens.json)
    }
}
