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
    private var jsonMembers = GroupMembers()
    /// Those that are sent frames of MessagePack.
    private var messagePackMembers = GroupMembers()
    /// Those that are sent each message by itself.
    private var singleMembers = GroupMembers()

    init(_ key: Key) {
        self.key = key
    }

    /// Whether nobody is in it.
    var isEmpty: Bool { HubLane.allCases.allSatisfy { self[$0].isEmpty } }

    /// Those that are sent messages in this way.
    private(set) subscript(lane: HubLane) -> GroupMembers {
        get {
            switch lane {
            case .json: self.jsonMembers
            case .messagePack: self.messagePackMembers
            case .single: self.singleMembers
            }
        }
        _modify {
            switch lane {
            case .json: yield &self.jsonMembers
            case .messagePack: yield &self.messagePackMembers
            case .single: yield &self.singleMembers
            }
        }
    }

    /// Adds a connection that is not a member.
    func add(_ connection: HubConnection) {
        connection.memberships.append(Membership(group: self, index: self[connection.lane].count))
        self[connection.lane].add(connection)
    }

    /// Takes out the member at `index`; the last one of its kind moves to its place.
    func remove(at index: Int, of lane: HubLane) {
        self[lane].remove(at: index)?.moved(to: index, in: self)
    }

    /// The socket of the member at `index` has become usable for what is sent to all, or ceased to be.
    func updateSocket(at index: Int, of lane: HubLane) {
        self[lane].updateSocket(at: index)
    }
}
