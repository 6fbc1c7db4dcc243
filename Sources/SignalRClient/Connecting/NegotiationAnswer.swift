import JSONBytes
import NIOCore

/// What a server answers to a negotiation, read.
enum NegotiationAnswer: Equatable {
    /// A connection was made; this is its token. Whether it may go on over another socket.
    case connection(token: String, isStateful: Bool)
    /// Negotiate there instead.
    case redirect(url: String, accessToken: String?)
    /// It refused, in its own words.
    case refused(String)
    /// WebSockets with the wanted format are not offered.
    case noWebSockets

    private struct Fields {
        var version: Int64 = 0
        var connectionID: String?
        var connectionToken: String?
        var url: String?
        var accessToken: String?
        var error: String?
        var formats: [String]?
        var isStateful = false
        var hasProtocolVersion = false
    }

    /// - Parameters:
    ///   - body: The body of the answer.
    ///   - format: What the transport must carry: `Text` or `Binary`.
    /// - Returns: `nil` if it is not such an answer.
    init?(_ body: ByteBuffer, format: String) {
        let fields = body.withUnsafeReadableBytes { bytes -> Fields? in
            do throws(JSONError) {
                return try Self.read(bytes)
            } catch {
                return nil
            }
        }
        guard let fields else { return nil }
        if let error = fields.error {
            self = .refused(error)
        } else if let url = fields.url {
            self = .redirect(url: url, accessToken: fields.accessToken)
        } else if fields.hasProtocolVersion {
            self = .refused("It is a server of ASP.NET SignalR, which is another protocol.")
        } else if let token = fields.version > 0 ? fields.connectionToken : fields.connectionID, !token.isEmpty {
            let isOffered = fields.formats?.contains(format) == true
            self = isOffered ? .connection(token: token, isStateful: fields.isStateful) : .noWebSockets
        } else {
            return nil
        }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Fields {
        var fields = Fields()
        var reader = JSONReader(bytes)
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "negotiateVersion": fields.version = try reader.readInt64()
            case "connectionId": fields.connectionID = try reader.readStringOrNull()
            case "connectionToken": fields.connectionToken = try reader.readStringOrNull()
            case "useStatefulReconnect": fields.isStateful = try reader.readBool()
            case "url": fields.url = try reader.readStringOrNull()
            case "accessToken": fields.accessToken = try reader.readStringOrNull()
            case "error": fields.error = try reader.readStringOrNull()
            case "ProtocolVersion":
                fields.hasProtocolVersion = true
                try reader.skip()
            case "availableTransports":
                try reader.readArray { reader throws(JSONError) in
                    let transport = try Self.readTransport(&reader)
                    if transport.name == "WebSockets" { fields.formats = transport.formats }
                }
            default: try reader.skip()
            }
        }
        try reader.finish()
        return fields
    }

    private static func readTransport(_ reader: inout JSONReader) throws(JSONError) -> (name: String, formats: [String]) {
        var transport = (name: "", formats: [String]())
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "transport": transport.name = try reader.readString()
            case "transferFormats":
                try reader.readArray { reader throws(JSONError) in transport.formats.append(try reader.readString()) }
            default: try reader.skip()
            }
        }
        return transport
    }
}
