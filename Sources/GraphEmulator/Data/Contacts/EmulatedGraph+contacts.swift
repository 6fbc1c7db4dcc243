import HTTPTypes

/// Contacts, and what lies in folders of which nothing else is to be known.
extension EmulatedGraph {
    mutating func createContact(_ accepted: JSONMembers, in scope: EntityScope, now: Int64) throws(GraphRefusal) -> Entity {
        var scope = scope
        scope.container =
            scope.container ?? self.data(of: scope.tenantID).container("contacts", .contactFolder, of: scope.key.owner)?.id
        var members = accepted
        if members["displayName"] == nil {
            let names = [members["givenName"]?.string, members["surname"]?.string].compactMap { $0 }
            members["displayName"] = .string(names.joined(separator: " "))
        }
        return try self.insert(members, in: scope, now: now)
    }

    /// Deletes a calendar, a folder or a list with all that lies in it; the one that was there from the beginning stays.
    mutating func deleteContainer(
        _ container: Entity, of kind: EntityKind, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) {
        let all = self.data(of: scope.tenantID).entities(in: scope.key)
        guard all.first?.id != container.id || scope.type.family != .outlook else {
            throw GraphRefusal(.forbidden, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
        }
        let inside = EntityScope(
            tenantID: scope.tenantID, key: CollectionKey(kind, of: scope.key.owner), container: container.id, context: ""
        )
        for entity in self.entities(in: inside) { self.remove(entity, in: inside, now: now) }
        self.remove(container, in: scope, now: now)
    }
}
