/// Entities as a caller sees them.
extension EmulatedGraph {
    /// The properties to show.
    ///
    /// - Parameters:
    ///   - select: Those asked for; `nil` for what Graph shows by itself. The id is always among them.
    ///   - immutableIDs: Whether Outlook's items are to have the ids that stay.
    func shown(
        _ entity: Entity, in scope: EntityScope, select: [String]? = nil, immutableIDs: Bool = false
    ) -> JSONMembers {
        var members = JSONMembers()
        if scope.type.family == .outlook { members["@odata.etag"] = .string(entity.etag) }
        var all = scope.kind == .mailFolder ? self.counted(entity, of: scope.key.owner, tenant: scope.tenantID) : entity.members
        if immutableIDs, let id = entity.immutableID { all["id"] = .string(id) }
        guard let names = select ?? scope.type.shown else {
            members.merge(all)
            return members
        }
        if !names.contains("id") { members["id"] = all["id"] }
        for name in names {
            // `$select=body/content` shows the whole of the body.
            let name = String(name.prefix { $0 != "/" })
            if let value = all[name] { members[name] = value }
        }
        return members
    }
}
