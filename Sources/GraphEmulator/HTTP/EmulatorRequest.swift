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

    /// The query as it was sent, without what begins with one of these names and a `=`.
    func rawQuery(without names: Set<String>) -> String {
        self.uri.dropFirst(self.path.count + 1).split(separator: "&")
            .filter { pair in
                let name = PercentCoding.decode(pair.prefix { $0 != "=" }, plusIsSpace: true)?.lowercased()
                return name.map { !names.contains($0) } ?? false
            }
            .joined(separator: "&")
    }

    /// The query, its names in small letters.
    var lowercasedQuery: [String: String] {
        var query: [String: String] = [:]
        for (name, value) in self.query { query[name.lowercased()] = value }
        return query
    }

    /// Whether the caller wants Outlook's ids that stay.
    var prefersImmutableIDs: Bool {
        self.preferences.contains { $0.filter { $0 != "\"" && $0 != " " }.lowercased() == "idtype=immutableid" }
    }

    /// How many items a page is to hold, if the caller says so in a field.
    var preferredPageSize: Int? {
        for preference in self.preferences {
            let parts = preference.split(separator: "=")
            guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "odata.maxpagesize" else { continue }
            return Int(parts[1].filter { $0 != " " }).flatMap { (1...1000).contains($0) ? $0 : nil }
        }
        return nil
    }

    private var preferences: [Substring] {
        self.fields[values: .prefer].flatMap { $0.split { $0 == "," || $0 == ";" } }
    }

    /// The body as a JSON object.
    func object() throws(GraphRefusal) -> JSONMembers {
        guard self.body.readableBytes > 0 else { throw .emptyBody }
        let value: JSONValue
        do {
            value = try JSONValue(self.body)
        } catch {
            throw .malformedBody
        }
        guard let object = value.object else { throw .malformedBody }
        return object
    }

    /// Where the emulator is for this caller: the beginning of the links it returns.
    var base: String { "\(self.isSecure ? "https" : "http")://\(self.authority)" }
}

extension HTTPField.Name {
    static let prefer = HTTPField.Name("Prefer")!
}
