import HTTPTypes
import NIOCore

/// One request as the emulator sees it, with its body.
struct EmulatorRequest: Sendable {
    var method: HTTPRequest.Method
    /// The path and the query.
    var uri: String
    /// What stood in `Host`.
    var authority: String
    /// Whether it came over TLS.
    var isSecure = false
    var fields: HTTPFields
    var body: ByteBuffer

    init(
        _ method: HTTPRequest.Method, _ uri: String, authority: String = "127.0.0.1", fields: HTTPFields = [:],
        body: ByteBuffer = ByteBuffer()
    ) {
        self.method = method
        self.uri = uri
        self.authority = authority
        self.fields = fields
        self.body = body
    }

    var path: Substring { self.uri.prefix { $0 != "?" } }

    var query: [String: String] { PercentCoding.fields(self.uri.dropFirst(self.path.count + 1)) }

    /// Where the emulator is for this caller: the beginning of the links it returns.
    var base: String { "\(self.isSecure ? "https" : "http")://\(self.authority)" }
}
