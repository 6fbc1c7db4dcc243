/// Who is in a group, and who has left it.
struct GroupMembership: Sendable, Equatable, Codable {
    enum Role: String, Sendable, Codable {
        case members, owners
    }

    struct Entry: Sendable, Equatable, Codable {
        var id: String
        var role: Role
        /// The number of the change of the groups in which this came to be.
        var change: Int
    }

    /// In the order in which they came.
    private(set) var entries: [Entry] = []
    /// Who has left, each once.
    private(set) var removed: [Entry] = []

    func ids(_ role: Role) -> [String] { self.entries.filter { $0.role == role }.map(\.id) }

    func contains(_ id: String, as role: Role) -> Bool {
        self.entries.contains { $0.id == id && $0.role == role }
    }

    mutating func add(_ id: String, as role: Role, change: Int) {
        self.removed.removeAll { $0.id == id && $0.role == role }
        self.entries.append(Entry(id: id, role: role, change: change))
    }

    /// - Parameter limit: How many that have left are remembered.
    mutating func remove(_ id: String, as role: Role, change: Int, limit: Int) {
        self.entries.removeAll { $0.id == id && $0.role == role }
        self.removed.append(Entry(id: id, role: role, change: change))
        if self.removed.count > limit { self.removed.removeFirst(self.removed.count - limit) }
    }
}
