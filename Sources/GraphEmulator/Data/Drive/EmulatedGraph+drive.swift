import GraphNotifications
import HTTPTypes

/// Drives with folders and files. Of a file's content only the size is kept.
extension EmulatedGraph {
    func driveScope(_ drive: String, tenant: String) -> EntityScope {
        EntityScope(tenantID: tenant, key: CollectionKey(.driveItem, of: drive), context: "drives('\(drive)')/items")
    }

    /// - Parameter owner: A user's, group's or site's id.
    mutating func createDrive(of owner: String, name: String?, tenant: String, now: Int64) throws(GraphRefusal) {
        let id = TenantData.driveID(of: owner)
        let drives = EntityScope(tenantID: tenant, key: CollectionKey(.drive), context: "drives")
        try self.insert(["owner": ["user": ["displayName": JSONValue(name)]]], id: id, in: drives, now: now)
        let root: JSONMembers = [
            "name": "root", "folder": ["childCount": 0], "root": [:], "parentReference": ["driveId": .string(id)],
        ]
        try self.insert(root, id: TenantData.rootID(of: id), in: self.driveScope(id, tenant: tenant), now: now)
    }

    /// Adds a file or a folder to a folder.
    mutating func createItem(
        _ accepted: JSONMembers, size: Int64 = 0, in folder: Entity, of scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        guard folder.members["folder"] != nil else { throw .driveItemNotFound }
        guard let name = accepted["name"]?.string, Self.isName(name) else {
            throw GraphRefusal(
                .badRequest, "invalidRequest", "The name of a file or folder is required, without any of \"*:<>?/\\|.")
        }
        guard !self.entities(in: scope.inside(folder.id)).contains(where: { $0.text("name")?.lowercased() == name.lowercased() })
        else {
            throw GraphRefusal(.conflict, "nameAlreadyExists", "The specified item name already exists under the parent.")
        }
        var members = accepted
        members["@microsoft.graph.conflictBehavior"] = nil
        if members["folder"] == nil, members["file"] == nil { members["file"] = ["mimeType": "application/octet-stream"] }
        if members["folder"] != nil { members["folder"] = ["childCount": 0] }
        members["size"] = .integer(size)
        members["parentReference"] = Self.reference(to: folder, in: scope)
        let item = try self.insert(members, in: scope.inside(folder.id), now: now)
        self.count(in: folder.id, of: scope, now: now)
        return item
    }

    /// Takes note of new content of a file, which is created if it is not there.
    mutating func upload(
        _ name: String, size: Int64, type: String?, to folder: Entity, of scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> (item: Entity, isNew: Bool) {
        let file: JSONValue = ["mimeType": .string(type ?? "application/octet-stream")]
        let inside = scope.inside(folder.id)
        guard let before = self.entities(in: inside).first(where: { $0.text("name")?.lowercased() == name.lowercased() }) else {
            let item = try self.createItem(["name": .string(name), "file": file], size: size, in: folder, of: scope, now: now)
            return (item, true)
        }
        guard before.members["file"] != nil else { throw .driveItemNotFound }
        var item = before
        item.members["size"] = .integer(size)
        item.members["file"] = file
        return (self.replace(before, with: item, in: inside, now: now), false)
    }

    mutating func updateItem(
        _ id: String, with accepted: JSONMembers, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        let before = try self.entity(id, in: scope)
        if let name = accepted["name"] {
            guard let name = name.string, Self.isName(name) else {
                throw GraphRefusal(.badRequest, "invalidRequest", "The name of a file or folder must not be empty.")
            }
        }
        var members = accepted
        guard let parent = accepted["parentReference"]?.object?["id"]?.string else {
            members["parentReference"] = nil
            return try self.update(before.id, in: scope, with: members, now: now)
        }
        let folder = try self.entity(parent, in: scope)
        guard folder.members["folder"] != nil, before.container != nil, !self.isInside(folder, before, scope) else {
            throw GraphRefusal(.badRequest, "invalidRequest", "The item cannot be moved there.")
        }
        members["parentReference"] = Self.reference(to: folder, in: scope)
        let moved = try self.update(before.id, in: scope, with: members, now: now)
        if let old = before.container, old != folder.id { self.count(in: old, of: scope, now: now) }
        self.count(in: folder.id, of: scope, now: now)
        return moved
    }

    /// Deletes a file, or a folder with all that lies in it.
    mutating func deleteItem(_ item: Entity, in scope: EntityScope, now: Int64) throws(GraphRefusal) {
        guard let parent = item.container else {
            throw GraphRefusal(.badRequest, "invalidRequest", "The root cannot be deleted.")
        }
        self.deleteTree(item, in: scope, now: now)
        self.count(in: parent, of: scope, now: now)
    }

    private mutating func deleteTree(_ item: Entity, in scope: EntityScope, now: Int64) {
        for child in self.entities(in: scope.inside(item.id)) { self.deleteTree(child, in: scope, now: now) }
        self.contents[scope.tenantID]?.remove(item.id, from: scope.key, now: now)
        self.announce(item, nil, in: scope, as: .updated, now: now)
    }

    /// Writes into a folder how much lies in it. That is a change of the folder, but nobody is told of it by itself.
    private mutating func count(in folder: String, of scope: EntityScope, now: Int64) {
        guard var entity = self.data(of: scope.tenantID).entity(folder, in: scope.key) else { return }
        let count = self.entities(in: scope.inside(folder)).count
        entity.members["folder"] = ["childCount": .integer(Int64(count))]
        self.contents[scope.tenantID]?.replace(folder, with: entity, in: scope.key, now: now)
    }

    private func isInside(_ folder: Entity, _ item: Entity, _ scope: EntityScope) -> Bool {
        var current: Entity? = folder
        while let entity = current {
            if entity.id == item.id { return true }
            current = entity.container.flatMap { self.data(of: scope.tenantID).entity($0, in: scope.key) }
        }
        return false
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 255 && !name.contains { "\"*:<>?/\\|".contains($0) }
    }

    private static func reference(to folder: Entity, in scope: EntityScope) -> JSONValue {
        let parent = folder.members["parentReference"]?.object?["path"]?.string
        let path = parent.map { $0 + "/" + (folder.text("name") ?? "") }
        return [
            "driveType": "business", "driveId": .string(scope.key.owner), "id": .string(folder.id),
            "path": .string(path ?? "/drives/\(scope.key.owner)/root:"),
        ]
    }
}

extension EntityScope {
    /// What lies in this container of the same collection.
    func inside(_ container: String) -> EntityScope {
        EntityScope(tenantID: self.tenantID, key: self.key, container: container, context: self.context)
    }
}
