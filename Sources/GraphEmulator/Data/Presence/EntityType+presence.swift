extension EntityType {
    static let presence = EntityType(
        "presence", "presences", .presence, notified: "#Microsoft.Graph.presence",
        template: ["availability": "Offline", "activity": "Offline", "statusMessage": .null],
        [.text: "availability activity", .object: "statusMessage"]
    )
}
