/// Some connections of one event loop that are reached together.
final class HubGroup {
    /// What the group stands for.
    enum Key: Hashable {
        case everyone
        case group(String)
        case user(String)
    }

    /// One connection's place in a group.
    struct Membership {
        let group: HubGroup
        var index: Int
    }

    let key: Key
    /// Those that are sent frames of JSON.
    private(set) var members: ContiguousArray<HubConnection> = []
    /// Those that are sent frames of MessagePack.
    private(set) var binaryMembers: ContiguousArray<HubConnection> = []
    /// Those that are sent each message by itself.
    private(set) var singleMembers: ContiguousArray<HubConnection> = []

    init(_ key: Key) {
        self.key = key
    }

    /// Whether nobody is in it.
    var isEmpty: Bool { self.members.isEmpty && self.binaryMembers.isEmpty && self.singleMembers.isEmpty }

    /// Those that are sent messages in this way.
    func members(of lane: HubLane) -> ContiguousArray<HubConnection> {
        switch lane {
        case .json: self.members
        case .messagePack: self.binaryMembers
        case .single: self.singleMembers
        }
    }

    /// Adds a connection that is not a member.
    func add(_ connection: HubConnection) {
        switch connection.lane {
        case .json: Self.add(connection, to: &self.members, of: self)
        case .messagePack: Self.add(connection, to: &self.binaryMembers, of: self)
        case .single: Self.add(connection, to: &self.singleMembers, of: self)
        }
    }

    /// Takes out the member at `index`; the last one of its kind moves to its place.
    func remove(at index: Int, of lane: HubLane) {
        switch lane {
        case .json: Self.remove(at: index, from: &self.members, of: self)
        case .messagePack: Self.remove(at: index, from: &self.binaryMembers, of: self)
        case .single: Self.remove(at: index, from: &self.singleMembers, of: self)
        }
    }

    private static func add(
        _ connection: HubConnection, to members: inout ContiguousArray<HubConnection>, of group: HubGroup
    ) {
        connection.memberships.append(Membership(group: group, index: members.count))
        members.append(connection)
    }

    private static func remove(at index: Int, from members: inout ContiguousArray<HubConnection>, of group: HubGroup) {
        let last = members.removeLast()
        guard index < members.count else { return }
        members[index] = last
        last.moved(to: index, in: group)
    }
}
