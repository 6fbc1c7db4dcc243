/// Those of a mailbox's collections whose items have ids of their own, so that an item is the same however its path is written.
///
/// Elsewhere an id may say nothing without the path: that of a message in Teams is a moment, and another chat may have it too.
enum OutlookCollection: String, CaseIterable {
    case messages
    case events
    case contacts

    /// The collection of `Users/{id}/Messages/{id}`, or `Users('{id}')/messages('{id}')`, or the same of `me`.
    ///
    /// - Parameters:
    ///   - resource: As Graph wrote it.
    ///   - id: The item's id, which must be the end of it.
    /// - Returns: `nil` if it is something else.
    init?(of resource: String, id: String) {
        guard !id.isEmpty, !id.contains("/") else { return nil }
        var rest = resource.drop { $0 == "/" }
        if rest.hasSuffix("('\(id)')") {
            rest = rest.dropLast(id.count + 4)
        } else if rest.hasSuffix("/\(id)") {
            rest = rest.dropLast(id.count + 1)
        } else {
            return nil
        }
        let segments = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = segments.last.flatMap({ Self(rawValue: $0.lowercased()) }) else { return nil }
        let owner = segments.dropLast()
        switch owner.count {
        case 1 where owner[0].lowercased() == "me": break
        case 1 where owner[0].lowercased().hasPrefix("users(") && owner[0].hasSuffix(")"): break
        case 2 where owner[0].lowercased() == "users" && !owner[1].isEmpty: break
        default: return nil
        }
        self = name
    }
}
