extension EntityType {
    static let drive = EntityType(
        "drive", "drives", .drive, template: ["driveType": "business", "name": "OneDrive", "owner": .null],
        [.service: "driveType name owner quota webUrl"]
    )

    static let driveItem = EntityType(
        "driveItem", "items", .drive,
        template: [
            "createdDateTime": .null, "eTag": .null, "lastModifiedDateTime": .null, "name": "", "size": 0, "cTag": .null,
            "parentReference": .null,
        ],
        [
            .text: "name description", .object: "file folder fileSystemInfo parentReference",
            .service: "eTag cTag size webUrl root deleted createdBy lastModifiedBy",
            .anything: "@microsoft.graph.conflictBehavior",
        ]
    )

    static let site = EntityType(
        "site", "sites", .drive, template: ["displayName": .null, "name": .null, "webUrl": .null],
        [.service: "displayName name webUrl root siteCollection"]
    )

    static let list = EntityType(
        "list", "lists", .drive, notified: "#Microsoft.Graph.List",
        template: [
            "createdDateTime": .null, "lastModifiedDateTime": .null, "displayName": "", "list": ["template": "genericList"],
        ],
        [.text: "displayName description name", .object: "list", .objects: "columns", .service: "eTag webUrl"]
    )

    static let listItem = EntityType(
        "listItem", "items", .drive,
        template: ["createdDateTime": .null, "eTag": .null, "lastModifiedDateTime": .null, "fields": [:]],
        [.object: "fields contentType", .service: "eTag webUrl"]
    )
}
