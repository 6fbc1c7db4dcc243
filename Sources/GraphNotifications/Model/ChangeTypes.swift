/// Which kinds of change a subscription asks for: `created`, `updated`, `deleted`.
///
/// Graph writes them as one comma-separated string, in no particular order.
public struct ChangeTypes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Something new appeared.
    public static let created = ChangeTypes(rawValue: 1 << 0)
    /// Something that was there changed.
    public static let updated = ChangeTypes(rawValue: 1 << 1)
    /// Something went away.
    public static let deleted = ChangeTypes(rawValue: 1 << 2)

    /// Reads Graph's comma-separated form; case and white space do not matter.
    ///
    /// - Returns: `nil` if a word is none of the three, or there is none.
    public init?(_ text: some StringProtocol) {
        var types: ChangeTypes = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch String(word.filter { !$0.isWhitespace }).lowercased() {
            case "created": types.insert(.created)
            case "updated": types.insert(.updated)
            case "deleted": types.insert(.deleted)
            default: return nil
            }
        }
        guard !types.isEmpty else { return nil }
        self = types
    }
}

extension ChangeTypes: CustomStringConvertible {
    /// Graph's form: `created,updated,deleted`, in that order.
    public var description: String {
        [(ChangeTypes.created, "created"), (.updated, "updated"), (.deleted, "deleted")]
            .filter { self.contains($0.0) }
            .map(\.1)
            .joined(separator: ",")
    }
}
