/// The members of a JSON object, in the order in which they were set first.
struct JSONMembers: Sendable, Equatable, Sequence {
    struct Member: Sendable, Equatable {
        var name: String
        var value: JSONValue
    }

    private var members: [Member] = []

    init() {}

    init(_ members: [(String, JSONValue)]) {
        for (name, value) in members { self[name] = value }
    }

    var isEmpty: Bool { self.members.isEmpty }

    /// The value of a member; setting `nil` takes it away.
    subscript(name: String) -> JSONValue? {
        get { self.members.first { $0.name == name }?.value }
        set {
            let index = self.members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): self.members[index].value = value
            case (let index?, nil): self.members.remove(at: index)
            case (nil, let value?): self.members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// What a path of names leads to, for example `from/emailAddress/address`.
    subscript(path path: [String]) -> JSONValue? {
        guard let first = path.first, let value = self[first] else { return nil }
        return path.count == 1 ? value : value.object?[path: Array(path.dropFirst())]
    }

    /// Sets every member of `other`.
    mutating func merge(_ other: JSONMembers) {
        for member in other { self[member.name] = member.value }
    }

    func makeIterator() -> IndexingIterator<[Member]> { self.members.makeIterator() }

    /// About how many bytes of memory they take.
    var cost: Int { self.members.reduce(48) { $0 + 32 + $1.name.utf8.count + $1.value.cost } }
}

extension JSONMembers: ExpressibleByDictionaryLiteral {
    init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
