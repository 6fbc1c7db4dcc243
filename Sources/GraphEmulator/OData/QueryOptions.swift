import HTTPTypes

/// What a request says about which entities it wants, and how much of them.
struct QueryOptions: Sendable, Equatable {
    var select: [String]?
    var filter: ODataFilter?
    var orderBy: [Order] = []
    var top: Int?
    var skip = 0
    var wantsCount = false

    struct Order: Sendable, Equatable {
        var path: [String]
        var isDescending: Bool
    }

    /// Reads the options; what would change the answer and is not known is refused.
    ///
    /// - Parameter others: Names that somebody else reads.
    init(_ query: [String: String], others: Set<String> = []) throws(GraphRefusal) {
        for (name, value) in query.sorted(by: { $0.key < $1.key }) where !others.contains(name.lowercased()) {
            switch name.lowercased() {
            case "$select": self.select = Self.names(value)
            case "$filter":
                guard let filter = ODataFilterParser.parse(value) else { throw .invalidFilter(value) }
                self.filter = filter
            case "$orderby": self.orderBy = try Self.orders(value)
            case "$top": self.top = try Self.number("$top", value, 1...1000)
            case "$skip": self.skip = try Self.number("$skip", value, 0...1_000_000)
            case "$skiptoken":
                guard let token = try? SkipToken(value) else { throw .invalidOption("$skiptoken") }
                self.skip = token.number
            case "$count": self.wantsCount = value == "true"
            case "$format": break
            default: throw .unknownOption(name)
            }
        }
    }

    /// The entities asked for, in the order asked for.
    func apply(to entities: [Entity]) -> [Entity] {
        var entities = entities
        if let filter { entities.removeAll { !filter.matches($0.members) } }
        for order in self.orderBy.reversed() {
            // Stable, so that the first order counts most.
            entities = entities.enumerated()
                .sorted { left, right in
                    let result = ODataFilter.order(
                        left.element.members[path: order.path] ?? .null, right.element.members[path: order.path] ?? .null
                    )
                    guard let result, result != 0 else { return left.offset < right.offset }
                    return order.isDescending ? result > 0 : result < 0
                }
                .map(\.element)
        }
        return entities
    }

    /// The names in `$select` or `$expand`.
    static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
    }

    private static func orders(_ text: String) throws(GraphRefusal) -> [Order] {
        var orders: [Order] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ")
            guard let path = words.first, words.count <= 2, words.count == 1 || ["asc", "desc"].contains(words[1].lowercased())
            else { throw .invalidOption("$orderby") }
            orders.append(
                Order(path: path.split(separator: "/").map(String.init), isDescending: words.last?.lowercased() == "desc")
            )
        }
        return orders
    }

    private static func number(_ name: String, _ text: String, _ range: ClosedRange<Int>) throws(GraphRefusal) -> Int {
        guard let number = Int(text), range.contains(number) else { throw .invalidOption(name) }
        return number
    }
}

extension GraphRefusal {
    static func invalidFilter(_ text: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "BadRequest", "Invalid filter clause: '\(text)' is not one that this emulator can read.")
    }
}
