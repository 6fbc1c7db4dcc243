extension EntityType {
    static let chat = EntityType(
        "chat", "chats", .teams, notified: "#Microsoft.Graph.chat",
        template: [
            "topic": .null, "createdDateTime": .null, "lastUpdatedDateTime": .null, "chatType": "group", "webUrl": .null,
            "tenantId": .null,
        ],
        [.text: "topic chatType", .objects: "members installedApps", .service: "lastUpdatedDateTime webUrl tenantId viewpoint"]
    )

    static let chatMessage = EntityType(
        "chatMessage", "messages", .teams, notified: "#Microsoft.Graph.chatMessage",
        template: [
            "replyToId": .null, "etag": .null, "messageType": "message", "createdDateTime": .null,
            "lastModifiedDateTime": .null, "lastEditedDateTime": .null, "deletedDateTime": .null, "subject": .null,
            "summary": .null, "chatId": .null, "importance": "normal", "locale": "en-us", "webUrl": .null,
            "channelIdentity": .null, "policyViolation": .null, "eventDetail": .null, "from": .null,
            "body": ["contentType": "text", "content": ""], "attachments": [], "mentions": [], "reactions": [],
        ],
        [
            .text: "subject summary locale", .body: "body", .object: "from policyViolation",
            .objects: "attachments mentions hostedContents reactions",
            .anything: "importance messageType",
            .service: """
            replyToId etag lastEditedDateTime deletedDateTime chatId channelIdentity eventDetail webUrl \
            messageHistory
            """,
        ]
    )

    static let conversationMember = EntityType(
        "aadUserConversationMember", "members", .teams, notified: "#Microsoft.Graph.aadUserConversationMember",
        template: [
            "@odata.type": "#microsoft.graph.aadUserConversationMember", "roles": [], "displayName": .null,
            "visibleHistoryStartDateTime": "0001-01-01T00:00:00Z", "userId": .null, "email": .null, "tenantId": .null,
        ],
        [.texts: "roles", .text: "userId", .service: "displayName email tenantId", .moment: "visibleHistoryStartDateTime"]
    )

    static let team = EntityType(
        "team", "teams", .teams, notified: "#Microsoft.Graph.team",
        template: [
            "createdDateTime": .null, "displayName": .null, "description": .null, "internalId": .null, "visibility": "private",
            "webUrl": .null, "isArchived": false,
        ],
        [
            .text: "displayName description visibility specialization classification",
            .object: "memberSettings guestSettings messagingSettings funSettings discoverySettings",
            .objects: "members channels", .service: "internalId webUrl isArchived tenantId",
        ]
    )

    static let channel = EntityType(
        "channel", "channels", .teams, notified: "#Microsoft.Graph.channel",
        template: [
            "createdDateTime": .null, "displayName": .null, "description": .null, "email": .null, "tenantId": .null,
            "webUrl": .null, "membershipType": "standard", "isArchived": false,
        ],
        [
            .text: "displayName description membershipType", .flag: "isFavoriteByDefault", .objects: "members",
            .service: "email tenantId webUrl isArchived",
        ]
    )
}
