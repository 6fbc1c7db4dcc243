/// What Graph calls a kind of thing, and which properties it has.
struct EntityType: Sendable {
    /// The service behind Graph's front; ids, texts and notifications differ.
    enum Family: Sendable {
        case directory, outlook, drive, teams, presence
    }

    /// As in `microsoft.graph.message`.
    let name: String
    /// As in notifications: `#Microsoft.Graph.Message`.
    let notifiedType: String
    /// The segment in paths and in `@odata.context`.
    let plural: String
    let family: Family
    /// What is shown of it if nobody says what; `nil` for everything.
    let shown: [String]?
    /// What is there from the start, in the order in which Graph writes it.
    let template: JSONMembers
    private let properties: [String: PropertyType]

    init(
        _ name: String, _ plural: String, _ family: Family, notified: String? = nil, shown: [String]? = nil,
        template: JSONMembers = [:], _ properties: KeyValuePairs<PropertyType, String>
    ) {
        self.name = name
        self.notifiedType = notified ?? "#Microsoft.Graph.\(name.prefix(1).uppercased())\(name.dropFirst())"
        self.plural = plural
        self.family = family
        self.shown = shown
        self.template = template
        var types: [String: PropertyType] = [
            "id": .service, "createdDateTime": .service, "lastModifiedDateTime": .service, "changeKey": .service,
        ]
        for (type, names) in properties {
            for name in names.split(separator: " ") { types[String(name)] = type }
        }
        self.properties = types
    }

    /// What a request says of an entity; what only the service sets is left out.
    func accept(_ members: JSONMembers) throws(GraphRefusal) -> JSONMembers {
        var accepted = JSONMembers()
        for member in members where !member.name.contains("@odata.") {
            guard let type = self.properties[member.name] else {
                throw .unknownProperty(member.name, type: "microsoft.graph.\(self.name)")
            }
            guard let value = type.accept(member.value) else { throw .malformedBody }
            if type != .service { accepted[member.name] = value }
        }
        return accepted
    }
}
