import SignalR
import Synchronization

/// Joins hubs of one process as a backplane joins servers: each node has connections of its own, and what one is told, all are.
///
/// Only what could travel does: names, and the bytes of messages.
final class Backplane: Sendable {
    private let members = Mutex<[InMemoryHubLifetimeManager]>([])
    /// The connections of each node, as the hubs have told it.
    private let connections = Mutex<[String: String?]>([:])

    var nodes: [InMemoryHubLifetimeManager] { self.members.withLock { $0 } }

    /// Whether a hub has told of a connection, and not of its end.
    func knows(_ connectionID: String) -> Bool { self.connections.withLock { $0[connectionID] != nil } }

    func told(of connectionID: String, userID: String?) { self.connections.withLock { $0[connectionID] = .some(userID) } }

    func toldOfEnd(of connectionID: String) { self.connections.withLock { $0[connectionID] = nil } }

    /// Another node.
    func node() -> BackplaneLifetimeManager {
        let local = InMemoryHubLifetimeManager(hub: "node")
        self.members.withLock { $0.append(local) }
        return BackplaneLifetimeManager(backplane: self, node: local)
    }
}

/// A lifetime manager that wraps the one of its own process.
struct BackplaneLifetimeManager: HubLifetimeManager {
    let backplane: Backplane
    let node: InMemoryHubLifetimeManager

    var local: InMemoryHubLifetimeManager? { self.node }

    func send(_ message: SerializedHubMessage, to target: HubTarget) async throws {
        self.post(message, to: target, at: nil)
    }

    func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?) {
        let record = message.json
        for node in self.backplane.nodes { node.post(SerializedHubMessage(record: record), to: target, at: position) }
    }

    func invoke(
        _ call: SerializedHubMessage, id: String, on connectionID: String, timeout: Duration
    ) async throws -> ClientAnswer {
        let record = call.json
        for node in self.backplane.nodes where try await node.exists(.connections([connectionID])) {
            return try await node.invoke(SerializedHubMessage(record: record), id: id, on: connectionID, timeout: timeout)
        }
        throw ClientResultError.unknown(connectionID)
    }

    func join(_ group: String, connectionID: String) async throws -> Bool {
        for node in self.backplane.nodes where try await node.join(group, connectionID: connectionID) { return true }
        return false
    }

    func leave(_ group: String, connectionID: String) async throws -> Bool {
        for node in self.backplane.nodes where try await node.leave(group, connectionID: connectionID) { return true }
        return false
    }

    func exists(_ target: HubTarget) async throws -> Bool {
        for node in self.backplane.nodes where try await node.exists(target) { return true }
        return false
    }

    func close(_ target: HubTarget, reason: CloseReason) async throws {
        for node in self.backplane.nodes { try await node.close(target, reason: reason) }
    }

    func connected(_ connectionID: String, user: HubUser?) async throws {
        self.backplane.told(of: connectionID, userID: user?.id)
    }

    func disconnected(_ connectionID: String, user: HubUser?) async {
        self.backplane.toldOfEnd(of: connectionID)
    }
}
