/// A message in a mailbox.
struct EmulatedMessage: Sendable, Equatable {
    let id: String
    /// The folder it lies in.
    var folderID: String
    let conversationID: String
    /// Another one after each change.
    var changeKey: String
    var subject: String
    var body: MessageBody
    var from: MailAddress
    var to: [MailAddress]
    var cc: [MailAddress]
    var importance: String
    var categories: [String]
    var isRead: Bool
    var isDraft: Bool
    /// Milliseconds since 1970, as are the other two.
    var createdAt: Int64
    var receivedAt: Int64
    var modifiedAt: Int64

    var etag: String { "W/\"\(self.changeKey)\"" }

    /// About how many bytes of memory it takes.
    var cost: Int {
        512 + self.subject.utf8.count + self.body.content.utf8.count + 64 * (self.to.count + self.cc.count)
            + self.categories.reduce(0) { $0 + $1.utf8.count }
    }

    /// As the message resource of Graph.
    var json: JSONObject {
        var object = JSONObject()
        object.set("@odata.etag", self.etag)
        object.set("id", self.id)
        object.set("createdDateTime", GraphDateTime.seconds(self.createdAt))
        object.set("lastModifiedDateTime", GraphDateTime.seconds(self.modifiedAt))
        object.set("changeKey", self.changeKey)
        object.set("categories", self.categories)
        object.set("receivedDateTime", GraphDateTime.seconds(self.receivedAt))
        object.set("sentDateTime", GraphDateTime.seconds(self.receivedAt))
        object.set("hasAttachments", false)
        object.set("internetMessageId", "<\(self.conversationID.dropFirst(8).prefix(24))@example.com>")
        object.set("subject", self.subject)
        object.set("bodyPreview", self.body.preview)
        object.set("importance", self.importance)
        object.set("parentFolderId", self.folderID)
        object.set("conversationId", self.conversationID)
        object.set("isRead", self.isRead)
        object.set("isDraft", self.isDraft)
        let link = PercentCoding.encodeForm(self.id)
        object.set(
            "webLink", "https://outlook.office365.com/owa/?ItemID=\(link)&exvsurl=1&viewmodel=ReadMessageItem"
        )
        object.set("inferenceClassification", "focused")
        var body = JSONObject()
        body.set("contentType", self.body.isHTML ? "html" : "text")
        body.set("content", self.body.content)
        object.set("body", body)
        object.set("sender", self.from.json)
        object.set("from", self.from.json)
        object.set("toRecipients", self.to.map(\.json))
        object.set("ccRecipients", self.cc.map(\.json))
        object.set("bccRecipients", [JSONObject]())
        object.set("replyTo", [JSONObject]())
        var flag = JSONObject()
        flag.set("flagStatus", "notFlagged")
        object.set("flag", flag)
        return object
    }
}
