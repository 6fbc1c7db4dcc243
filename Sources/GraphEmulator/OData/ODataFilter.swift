/// A condition from `$filter`, and whether something fulfils it.
///
/// It knows what Graph's change notifications and lists use: comparisons, `in`, `and`, `or`, `not`, `startswith`, `endswith`,
/// `contains`, and `any` over a collection.
indirect enum ODataFilter: Sendable, Equatable {
    enum Comparison: String, Sendable {
        case eq, ne, gt, ge, lt, le
    }

    enum Function: String, Sendable {
        case startswith, endswith, contains
    }

    case compare([String], Comparison, JSONValue)
    case isOneOf([String], [JSONValue])
    case call(Function, [String], String)
    /// Some element of the collection, under its name.
    case any([String], String, ODataFilter)
    case flag([String])
    case not(ODataFilter)
    case and(ODataFilter, ODataFilter)
    case or(ODataFilter, ODataFilter)

    func matches(_ members: JSONMembers) -> Bool {
        switch self {
        case .compare(let path, let comparison, let value):
            Self.compare(members[path: path] ?? .null, comparison, value)
        case .isOneOf(let path, let values):
            values.contains { Self.compare(members[path: path] ?? .null, .eq, $0) }
        case .call(let function, let path, let text):
            Self.call(function, members[path: path]?.string?.lowercased() ?? "", text.lowercased())
        case .any(let path, let name, let condition):
            (members[path: path]?.array ?? []).contains { element in
                var scope = members
                scope[name] = element
                return condition.matches(scope)
            }
        case .flag(let path): members[path: path]?.bool == true
        case .not(let condition): !condition.matches(members)
        case .and(let left, let right): left.matches(members) && right.matches(members)
        case .or(let left, let right): left.matches(members) || right.matches(members)
        }
    }

    /// The values of which one is asked for; `nil` if it asks for something else.
    func values(of name: String) -> [String]? {
        switch self {
        case .compare([name], .eq, .string(let value)): [value]
        case .isOneOf([name], let values): values.compactMap(\.string)
        case .or(let left, let right):
            left.values(of: name).flatMap { left in right.values(of: name).map { left + $0 } }
        default: nil
        }
    }

    private static func compare(_ left: JSONValue, _ comparison: Comparison, _ right: JSONValue) -> Bool {
        guard let order = Self.order(left, right) else { return comparison == .ne ? left != right : false }
        return switch comparison {
        case .eq: order == 0
        case .ne: order != 0
        case .gt: order > 0
        case .ge: order >= 0
        case .lt: order < 0
        case .le: order <= 0
        }
    }

    /// Below, at or above zero; `nil` if the two cannot be compared. Texts are compared in any case, moments as moments.
    static func order(_ left: JSONValue, _ right: JSONValue) -> Int? {
        switch (left, right) {
        case (.null, .null): return 0
        case (.bool(let left), .bool(let right)): return left == right ? 0 : left ? 1 : -1
        case (.string(let left), .string(let right)):
            if let left = GraphDateTime.parse(left), let right = GraphDateTime.parse(right) {
                return left == right ? 0 : left < right ? -1 : 1
            }
            let (left, right) = (left.lowercased(), right.lowercased())
            return left == right ? 0 : left < right ? -1 : 1
        default:
            guard let left = left.number, let right = right.number else { return nil }
            return left == right ? 0 : left < right ? -1 : 1
        }
    }

    private static func call(_ function: Function, _ text: String, _ part: String) -> Bool {
        switch function {
        case .startswith: text.hasPrefix(part)
        case .endswith: text.hasSuffix(part)
        case .contains: part.isEmpty || text.firstRange(of: part) != nil
        }
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
