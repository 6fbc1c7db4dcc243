import JSONBytes
public import NIOCore

/// The first exchange on every transport: which protocol, which version. It is JSON for every protocol.
public enum Handshake {
    /// What a client asks for.
    public struct Request: Sendable, Equatable {
        /// The protocol's name as sent.
        public var protocolName: String
        /// The protocol's version.
        public var version: Int64

        public init(protocolName: String, version: Int64) {
            self.protocolName = protocolName
            self.version = version
        }
    }

    /// The highest version of the hub protocols that is understood.
    public static let maximumVersion: Int64 = 2

    /// The answer to a handshake that succeeded: `{}` and the record separator.
    public static let success = ByteBuffer(staticString: "{}\u{1E}")

    /// Reads the request and decides about it.
    ///
    /// - Parameters:
    ///   - record: The first record, without its separator.
    ///   - detailedErrors: Whether the error says what is malformed.
    ///   - carriesBinary: Whether the transport can carry what is not text.
    /// - Throws: ``Refusal`` with the text for the client.
    public static func accept(
        _ record: ByteBuffer, detailedErrors: Bool = false, carriesBinary: Bool = true
    ) throws(Refusal) -> HubProtocolKind {
        try Self.agree(record, detailedErrors: detailedErrors, carriesBinary: carriesBinary).kind
    }

    /// Reads the request and decides about it.
    ///
    /// - Returns: The protocol, and the version that the client speaks.
    /// - Throws: ``Refusal`` with the text for the client.
    public static func agree(
        _ record: ByteBuffer, detailedErrors: Bool = false, carriesBinary: Bool = true
    ) throws(Refusal) -> (kind: HubProtocolKind, version: Int64) {
        let request: Request
        do throws(HubProtocolError) {
            request = try Self.parse(record)
        } catch {
            let base = "An unexpected error occurred during connection handshake."
            throw Refusal(error: detailedErrors ? "\(base) InvalidDataException: \(error.message)" : base)
        }
        guard let kind = HubProtocolKind(name: request.protocolName) else {
            throw Refusal(error: "The protocol '\(request.protocolName)' is not supported.")
        }
        guard request.version <= Self.maximumVersion else {
            throw Refusal(
                error: "The server does not support version \(request.version) of the '\(request.protocolName)' protocol."
            )
        }
        guard carriesBinary || !kind.isBinary else {
            throw Refusal(
                error: "Cannot use the '\(kind.rawValue)' protocol on the current transport."
                    + " The transport does not support 'Binary' transfer format."
            )
        }
        return (kind, request.version)
    }

    /// A handshake that failed, with the text for the client.
    public struct Refusal: Error, Sendable, Equatable {
        /// What the client is told.
        public var error: String

        public init(error: String) {
            self.error = error
        }

        /// It took too long, was too large, or the server is going away.
        public static let canceled = Refusal(error: "Handshake was canceled.")

        /// The answer, with the record separator.
        public var response: ByteBuffer {
            var buffer = ByteBuffer()
            buffer.writeStaticString(#"{"error":"#)
            buffer.writeJSONString(self.error)
            buffer.writeStaticString("}\u{1E}")
            return buffer
        }
    }

    static func parse(_ record: ByteBuffer) throws(HubProtocolError) -> Request {
        var name: String?
        var version: Int64?
        var wrong: HubProtocolError?
        let isJSON = record.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try reader.readObject { reader, key throws(JSONError) in
                    do throws(JSONError) {
                        switch key {
                        case "protocol": name = try reader.readString()
                        case "version": version = try reader.readInt64()
                        default: try reader.skip()
                        }
                    } catch {
                        // A value of another type stays unread.
                        guard error.code == .wrongType else { throw error }
                        let mismatch: HubProtocolError =
                            key == "protocol" ? .wrongType("protocol", "String") : .wrongType("version", "Number")
                        wrong = wrong ?? mismatch
                        try reader.skip()
                    }
                }
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        guard isJSON else { throw .unreadable }
        if let wrong { throw wrong }
        guard let name else { throw .missing("protocol") }
        guard let version else { throw .missing("version") }
        return Request(protocolName: name, version: version)
    }
}
