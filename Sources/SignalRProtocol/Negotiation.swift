import JSONBytes
public import NIOCore

/// The answer to `POST {hub}/negotiate`. Source: TransportProtocols.md of ASP.NET Core.
public enum Negotiation: Sendable, Equatable {
    /// A connection was made; the client goes on with one of the transports.
    ///
    /// `statefulReconnect` must be `true` only if the client has asked for it.
    case connection(
        version: Int, connectionID: String, connectionToken: String, transports: [Transport], statefulReconnect: Bool = false
    )
    /// The client is to go elsewhere and negotiate there.
    case redirect(url: String, accessToken: String?)
    /// Negotiation failed.
    case error(String)

    /// A way to carry a connection.
    public struct Transport: Sendable, Hashable {
        /// Its name on the wire.
        public let name: String
        /// What it can carry: `Text`, `Binary`.
        public let formats: [String]

        /// WebSockets (RFC 6455).
        public static let webSockets = Transport(name: "WebSockets", formats: ["Text", "Binary"])
        /// Server-Sent Events.
        public static let serverSentEvents = Transport(name: "ServerSentEvents", formats: ["Text"])
        /// Long polling.
        public static let longPolling = Transport(name: "LongPolling", formats: ["Text", "Binary"])
    }

    /// The version that the client asks for: the value of `negotiateVersion`, 0 if there is none.
    ///
    /// - Parameters:
    ///   - value: The query item, if there is one.
    ///   - minimum: The lowest version that is supported.
    /// - Throws: ``Refusal`` with the text for the client.
    public static func version(requested value: String?, minimum: Int = 0) throws(Refusal) -> Int {
        guard let version = value.map({ Int($0) }) ?? 0 else {
            throw Refusal(error: "The client requested a non-integer protocol version.")
        }
        guard version >= minimum else {
            throw Refusal(error: "The client requested version '\(version)', but the server does not support this version.")
        }
        return min(version, 1)
    }

    /// A negotiation that failed, with the text for the client.
    public struct Refusal: Error, Sendable, Equatable {
        /// What the client is told.
        public var error: String

        public init(error: String) {
            self.error = error
        }
    }

    /// The body of the answer, which has status 200 in every case.
    public var body: ByteBuffer {
        var buffer = ByteBuffer()
        switch self {
        case .connection(let version, let connectionID, let connectionToken, let transports, let statefulReconnect):
            buffer.writeStaticString(statefulReconnect ? #"{"useStatefulReconnect":true,"# : "{")
            buffer.writeStaticString(#""negotiateVersion":"#)
            buffer.writeJSONNumber(Int64(version))
            buffer.writeStaticString(#","connectionId":"#)
            buffer.writeJSONString(connectionID)
            if version > 0 {
                buffer.writeStaticString(#","connectionToken":"#)
                buffer.writeJSONString(connectionToken)
            }
            buffer.writeStaticString(#","availableTransports":["#)
            for (index, transport) in transports.enumerated() {
                if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                buffer.writeStaticString(#"{"transport":"#)
                buffer.writeJSONString(transport.name)
                buffer.writeStaticString(#","transferFormats":["#)
                for (index, format) in transport.formats.enumerated() {
                    if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
                    buffer.writeJSONString(format)
                }
                buffer.writeStaticString("]}")
            }
            buffer.writeStaticString("]}")
        case .redirect(let url, let accessToken):
            buffer.writeStaticString(#"{"url":"#)
            buffer.writeJSONString(url)
            if let accessToken {
                buffer.writeStaticString(#","accessToken":"#)
                buffer.writeJSONString(accessToken)
            }
            buffer.writeStaticString("}")
        case .error(let text):
            buffer.writeStaticString(#"{"error":"#)
            buffer.writeJSONString(text)
            buffer.writeStaticString("}")
        }
        return buffer
    }
}
