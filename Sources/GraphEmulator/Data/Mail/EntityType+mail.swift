extension EntityType {
    static let mailFolder = EntityType(
        "mailFolder", "mailFolders", .outlook,
        template: [
            "displayName": "", "parentFolderId": .null, "childFolderCount": 0, "unreadItemCount": 0, "totalItemCount": 0,
            "sizeInBytes": 0, "isHidden": false,
        ],
        [
            .text: "displayName", .flag: "isHidden",
            .service: "parentFolderId childFolderCount unreadItemCount totalItemCount sizeInBytes wellKnownName",
        ]
    )

    static let message = EntityType(
        "message", "messages", .outlook,
        template: [
            "createdDateTime": .null, "lastModifiedDateTime": .null, "changeKey": .null, "categories": [],
            "receivedDateTime": .null, "sentDateTime": .null, "hasAttachments": false, "internetMessageId": .null,
            "subject": "", "bodyPreview": "", "importance": "normal", "parentFolderId": .null, "conversationId": .null,
            "isRead": false, "isDraft": false, "webLink": .null, "inferenceClassification": "focused",
            "body": ["contentType": "text", "content": ""], "sender": .null, "from": .null, "toRecipients": [],
            "ccRecipients": [], "bccRecipients": [], "replyTo": [], "flag": ["flagStatus": "notFlagged"],
        ],
        [
            .text: "subject inferenceClassification", .body: "body", .recipient: "from sender",
            .recipients: "toRecipients ccRecipients bccRecipients replyTo", .importance: "importance", .texts: "categories",
            .flag: "isRead isReadReceiptRequested isDeliveryReceiptRequested", .moment: "receivedDateTime", .object: "flag",
            .anything: """
            attachments extensions internetMessageHeaders singleValueExtendedProperties multiValueExtendedProperties
            """,
            .service: """
            hasAttachments internetMessageId isDraft conversationId conversationIndex sentDateTime bodyPreview \
            parentFolderId webLink uniqueBody
            """,
        ]
    )
}
