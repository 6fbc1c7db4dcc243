import GraphNotifications
import HTTPTypes

/// What somebody wants to know who asks what has changed: read from the first request, and kept in the tokens.
struct DeltaQuery: Sendable, Equatable {
    var select: [String]?
    var filter: ODataFilter?
    var changeTypes: ChangeTypes?
    /// Only events in this time, in milliseconds since 1970.
    var window: Range<Int64>?
    var pageSize: Int?

    /// Options that decide where in the changes the caller is.
    static let tokens: Set<String> = ["$deltatoken", "$skiptoken", "token"]

    private static let names: Set<String> = [
        "$select", "$filter", "$top", "$expand", "$orderby", "changetype", "startdatetime", "enddatetime",
    ]

    /// - Parameters:
    ///   - query: The names in small letters.
    ///   - kind: Each has options of its own.
    init(_ query: [String: String], for kind: EntityKind) throws(GraphRefusal) {
        for (name, value) in query.sorted(by: { $0.key < $1.key }) where !Self.tokens.contains(name) {
            guard Self.names.contains(name), Self.isAllowed(name, for: kind) else { throw .notWithDelta(name) }
            switch name {
            case "$select": self.select = QueryOptions.names(value)
            case "$filter":
                guard let filter = ODataFilterParser.parse(value) else { throw .invalidFilter(value) }
                self.filter = filter
            case "$top":
                guard let size = Int(value), (1...1000).contains(size) else { throw .invalidOption("$top") }
                self.pageSize = size
            case "changetype":
                guard let types = ChangeTypes(value) else { throw .invalidOption("changeType") }
                self.changeTypes = types
            default: break
            }
        }
        guard kind == .event else { return }
        guard let start = query["startdatetime"].flatMap(Self.moment), let end = query["enddatetime"].flatMap(Self.moment),
            start <= end
        else { throw .windowRequired }
        self.window = start..<end
    }

    /// A time in a query; without a zone it is UTC.
    static func moment(_ text: String) -> Int64? {
        GraphDateTime.parse(text) ?? GraphDateTime.parse(text + "Z") ?? GraphDateTime.parse(text + "T00:00:00Z")
    }

    private static func isAllowed(_ name: String, for kind: EntityKind) -> Bool {
        switch kind {
        case .user, .group: ["$select", "$filter", "$expand"].contains(name)
        case .event: ["startdatetime", "enddatetime", "$top"].contains(name)
        case .message: !["startdatetime", "enddatetime"].contains(name)
        default: ["$select", "$filter", "$top", "$expand"].contains(name)
        }
    }
}

extension GraphRefusal {
    static func notWithDelta(_ name: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "BadRequest", "The query option '\(name)' is not supported when changes are asked for.")
    }

    static let windowRequired = GraphRefusal(
        .badRequest, "ErrorInvalidParameter",
        "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime."
    )
}
