/// The names that the user chose in a configuration: of subscriptions, and of accounts.
struct ConfigurationNames: Equatable {
    /// The sections in which each key is a name.
    static let sections: [[String]] = {
        var sections: [[String]] = []
        for section in ConfigurationKey.all.compactMap(\.namedSection) where !sections.contains(section) {
            sections.append(section)
        }
        return sections
    }()

    private var names: [[String]: [String]] = [:]

    /// Of declared subscriptions, in the order of the file.
    var subscriptions: [String] { self[ofSection: ["subscriptions"]] }
    /// Of accounts, in the order of the file.
    var accounts: [String] { self[ofSection: ["graph", "accounts"]] }

    subscript(ofSection section: [String]) -> [String] { self.names[section] ?? [] }

    mutating func add(_ name: String, in section: [String]) {
        self.names[section, default: []].append(name)
    }
}
