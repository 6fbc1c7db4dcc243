public import NIOCore
public import SignalRProtocol

/// What a client answered to a call, as it came.
public struct ClientAnswer: Sendable, Equatable {
    /// The protocol of the client.
    public var kind: HubProtocolKind
    /// What its method returned, in that protocol; `nil` if it returned nothing.
    public var payload: ByteBuffer?

    public init(kind: HubProtocolKind, payload: ByteBuffer?) {
        self.kind = kind
        self.payload = payload
    }

    /// The answer as a value. An optional takes that of a method that returned nothing.
    ///
    /// - Throws: ``ClientResultError`` with ``ClientResultError/Code/wrongType``.
    public func value<Value: Decodable>(as type: Value.Type) throws(ClientResultError) -> Value {
        do throws(HubProtocolError) {
            return try self.kind.decodePayload(type, from: self.payload ?? self.kind.null)
        } catch {
            throw ClientResultError.wrongType(type)
        }
    }
}

extension HubProtocolKind {
    fileprivate var null: ByteBuffer {
        switch self {
        case .json: ByteBuffer(staticString: "null")
        case .messagepack: ByteBuffer(integer: UInt8(0xC0))
        }
    }
}
