extension EntityType {
    static let contactFolder = EntityType(
        "contactFolder", "contactFolders", .outlook, template: ["parentFolderId": .null, "displayName": ""],
        [.text: "displayName", .service: "parentFolderId"]
    )

    static let contact = EntityType(
        "contact", "contacts", .outlook,
        template: [
            "createdDateTime": .null, "lastModifiedDateTime": .null, "changeKey": .null, "categories": [],
            "parentFolderId": .null, "birthday": .null, "displayName": .null, "givenName": .null, "surname": .null,
            "jobTitle": .null, "companyName": .null, "department": .null, "mobilePhone": .null, "businessPhones": [],
            "homePhones": [], "personalNotes": "", "emailAddresses": [],
        ],
        [
            .text: """
            displayName givenName surname middleName nickName title jobTitle companyName department officeLocation profession \
            mobilePhone personalNotes fileAs initials generation spouseName manager assistantName businessHomePage
            """,
            .texts: "businessPhones homePhones imAddresses children categories", .objects: "emailAddresses", .moment: "birthday",
            .object: "homeAddress businessAddress otherAddress", .service: "parentFolderId",
            .anything: "extensions singleValueExtendedProperties multiValueExtendedProperties",
        ]
    )

    static let taskList = EntityType(
        "todoTaskList", "lists", .outlook,
        template: ["displayName": "", "isOwner": true, "isShared": false, "wellknownListName": "none"],
        [.text: "displayName", .service: "isOwner isShared wellknownListName"]
    )

    static let task = EntityType(
        "todoTask", "tasks", .outlook,
        template: [
            "importance": "normal", "isReminderOn": false, "status": "notStarted", "title": "", "createdDateTime": .null,
            "lastModifiedDateTime": .null, "hasAttachments": false, "categories": [],
            "body": ["content": "", "contentType": "text"],
        ],
        [
            .text: "title status", .importance: "importance", .flag: "isReminderOn", .texts: "categories", .body: "body",
            .object: "dueDateTime startDateTime completedDateTime reminderDateTime recurrence", .service: "hasAttachments",
        ]
    )
}
