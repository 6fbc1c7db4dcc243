import JSONBytes
import NIOCore

/// What a request says of a message; `nil` where it says nothing.
struct MessageDraft: Sendable, Equatable {
    var subject: String?
    var body: MessageBody?
    var from: MailAddress?
    var to: [MailAddress]?
    var cc: [MailAddress]?
    var importance: String?
    var categories: [String]?
    var isRead: Bool?
    var receivedAt: Int64?

    /// Properties of a message that Graph knows and the emulator does not keep.
    private static let ignored: Set<String> = [
        "bccRecipients", "replyTo", "flag", "inferenceClassification", "hasAttachments", "internetMessageId",
        "internetMessageHeaders", "attachments", "extensions", "singleValueExtendedProperties", "isDraft",
        "multiValueExtendedProperties", "isReadReceiptRequested", "isDeliveryReceiptRequested", "conversationId",
        "conversationIndex", "id", "changeKey", "createdDateTime", "lastModifiedDateTime", "sentDateTime", "bodyPreview",
        "parentFolderId", "webLink", "uniqueBody",
    ]

    init() {}

    init(_ body: ByteBuffer) throws(GraphRefusal) {
        guard body.readableBytes > 0 else { throw .emptyBody }
        var draft = MessageDraft()
        var unknown: String?
        do {
            try body.withUnsafeReadableBytes { bytes in
                var reader = JSONReader(bytes)
                try reader.readObject { reader, name throws(JSONError) in
                    if try !draft.read(name, from: &reader) {
                        try reader.skip()
                        unknown = unknown ?? name.string
                    }
                }
                try reader.finish()
            }
        } catch {
            throw .malformedBody
        }
        if let unknown { throw .unknownProperty(unknown, type: "microsoft.graph.message") }
        self = draft
    }

    /// Reads one property; says whether it is one of a message.
    private mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONError) -> Bool {
        switch name {
        case "subject": self.subject = try reader.readStringOrNull() ?? ""
        case "body": self.body = try Self.readBody(from: &reader)
        case "from": self.from = try Self.readAddress(from: &reader)
        case "sender":
            let sender = try Self.readAddress(from: &reader)
            self.from = self.from ?? sender
        case "toRecipients": self.to = try Self.readAddresses(from: &reader)
        case "ccRecipients": self.cc = try Self.readAddresses(from: &reader)
        case "importance": self.importance = try Self.readImportance(from: &reader)
        case "isRead": self.isRead = try reader.readBool()
        case "categories":
            var categories: [String] = []
            try reader.readArray { reader throws(JSONError) in categories.append(try reader.readString()) }
            self.categories = categories
        case "receivedDateTime":
            let offset = reader.offset
            guard let moment = GraphDateTime.parse(try reader.readString()) else { throw JSONError(.wrongType, at: offset) }
            self.receivedAt = moment
        default:
            let name = name.string
            guard Self.ignored.contains(name) || name.contains("@odata.") else { return false }
            try reader.skip()
        }
        return true
    }

    private static func readImportance(from reader: inout JSONReader) throws(JSONError) -> String {
        let offset = reader.offset
        let importance = try reader.readString().lowercased()
        guard ["low", "normal", "high"].contains(importance) else { throw JSONError(.wrongType, at: offset) }
        return importance
    }

    private static func readBody(from reader: inout JSONReader) throws(JSONError) -> MessageBody {
        var body = MessageBody(isHTML: false, content: "")
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "contentType": body.isHTML = try reader.readString().lowercased() == "html"
            case "content": body.content = try reader.readStringOrNull() ?? ""
            default: try reader.skip()
            }
        }
        return body
    }

    private static func readAddresses(from reader: inout JSONReader) throws(JSONError) -> [MailAddress] {
        var addresses: [MailAddress] = []
        try reader.readArray { reader throws(JSONError) in addresses.append(try Self.readAddress(from: &reader)) }
        return addresses
    }

    private static func readAddress(from reader: inout JSONReader) throws(JSONError) -> MailAddress {
        var name: String?
        var address = ""
        try reader.readObject { reader, member throws(JSONError) in
            guard member == "emailAddress" else {
                try reader.skip()
                return
            }
            try reader.readObject { reader, member throws(JSONError) in
                switch member {
                case "name": name = try reader.readStringOrNull()
                case "address": address = try reader.readStringOrNull() ?? ""
                default: try reader.skip()
                }
            }
        }
        return MailAddress(name: name ?? address, address: address)
    }
}
