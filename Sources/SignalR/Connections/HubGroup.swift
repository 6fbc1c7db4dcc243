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
    private(set) var members: ContiguousArray<HubConnection> = []

    init(_ key: Key) {
        self.key = key
    }

    /// Adds a connection that is not a member.
    func add(_ connection: HubConnection) {
        connection.memberships.append(Membership(group: self, index: self.members.count))
        self.members.append(connection)
    }

    /// Takes out the member at `index`; the last one moves to its place.
    func remove(at index: Int) {
        let last = self.members.removeLast()
        guard index < self.members.count else { return }
        self.members[index] = last
        last.moved(to: index, in: self)
    }
}
