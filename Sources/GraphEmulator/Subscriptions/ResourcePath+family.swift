extension ResourcePath {
    /// Without the query, the same for all ways to write it.
    var resource: String { self.segments.joined(separator: "/").lowercased() }

    /// What kind of resource it is; `nil` for what has no permissions here.
    var family: ResourceFamily? { ResourceFamily(segments: self.segments.map { $0.lowercased() }) }

    /// As it stands in messages about limits: `USERS/{ID}/CHATS/GETALLMESSAGES`.
    var pattern: String {
        let segments = self.segments.map { $0.lowercased() }
        return (ResourceFamily.pattern(of: segments) ?? segments).map { $0 == "*" ? "{ID}" : $0.uppercased() }
            .joined(separator: "/")
    }

    /// The same path with the user in the place of `me`.
    func resolved(for caller: Caller) throws(GraphRefusal) -> ResourcePath {
        guard self.segments.first?.lowercased() == "me" else { return self }
        guard let userID = caller.userID else { throw .delegatedOnly }
        var path = self
        path.segments.replaceSubrange(0..<1, with: ["users", userID])
        return path
    }
}
