import HTTPTypes
import NIOCore

/// Drives, by ids and by paths.
extension DataEndpoint {
    func drive(
        _ target: GraphTarget, _ keys: [String: String], in graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let scope = try graph.scope(.driveItem, keys, tenant: self.tenant)
        if target == .drive {
            let drives = try graph.scope(.drive, keys, tenant: self.tenant)
            return self.answer(try graph.entity(scope.key.owner, in: drives), in: drives, of: graph)
        }
        if target == .contentAtPath { return try self.upload(to: keys["path"] ?? "", in: scope, of: &graph, now: now) }
        let item = try self.item(keys, in: scope, of: graph)
        switch (target, self.request.method) {
        case (.children, .post), (.childrenAtPath, .post):
            let members = try scope.type.accept(self.request.object())
            return self.answer(try graph.createItem(members, in: item, of: scope, now: now), in: scope, of: graph, .created)
        case (.children, _), (.childrenAtPath, _):
            let all = graph.entities(in: scope.inside(item.id))
            return try self.page(of: all, in: scope, graph)
        case (.content, _):
            guard let parent = item.container, let name = item.text("name") else { throw .driveItemNotFound }
            let folder = try graph.entity(parent, in: scope)
            return try self.upload(name, to: folder, in: scope, of: &graph, now: now)
        case (_, .patch):
            let members = try scope.type.accept(self.request.object())
            return self.answer(try graph.updateItem(item.id, with: members, in: scope, now: now), in: scope, of: graph)
        case (_, .delete):
            try graph.deleteItem(item, in: scope, now: now)
            return .nothing
        default:
            let options = try QueryOptions(self.request.query)
            return self.answer(item, in: scope, of: graph, select: options.select)
        }
    }

    private func item(
        _ keys: [String: String], in scope: EntityScope, of graph: EmulatedGraph
    ) throws(GraphRefusal) -> Entity {
        if let path = keys["path"] {
            guard let item = graph.data(of: self.tenant).item(at: path, in: scope.key.owner) else { throw .driveItemNotFound }
            return item
        }
        return try graph.entity(keys["id"] ?? TenantData.rootID(of: scope.key.owner), in: scope)
    }

    private func upload(
        to path: String, in scope: EntityScope, of graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        var names = path.split(separator: "/").map(String.init)
        guard let name = names.popLast(),
            let folder = graph.data(of: self.tenant).item(at: names.joined(separator: "/"), in: scope.key.owner)
        else { throw .driveItemNotFound }
        return try self.upload(name, to: folder, in: scope, of: &graph, now: now)
    }

    private func upload(
        _ name: String, to folder: Entity, in scope: EntityScope, of graph: inout EmulatedGraph, now: Int64
    ) throws(GraphRefusal) -> GraphAnswer {
        let (item, isNew) = try graph.upload(
            name, size: Int64(self.request.body.readableBytes), type: self.request.fields[.contentType], to: folder, of: scope,
            now: now
        )
        return self.answer(item, in: scope, of: graph, isNew ? .created : .ok)
    }
}
