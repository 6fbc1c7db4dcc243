/// What a subscription's resource means in the data of a tenant.
struct ResourceWatch: Sendable, Equatable {
    /// The paths that changes are looked up by, with ids instead of names.
    var paths: Set<String> = []
    /// Only of this is anything said.
    var filter: ODataFilter?
    /// The properties that notifications with resource data carry.
    var select: [String]?

    /// - Parameter options: The resource's query.
    init(options: [String: String] = [:]) {
        self.filter = options["$filter"].flatMap { ODataFilterParser.parse($0) }
        self.select = options["$select"].map { QueryOptions.names($0) }
    }
}
