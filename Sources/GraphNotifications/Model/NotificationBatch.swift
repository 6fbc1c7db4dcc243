import JSONBytes
public import NIOCore

/// The body of one `POST` from Graph: a collection of items that need have nothing to do with each other.
public enum NotificationBatch {
    /// Takes a body apart, in order.
    ///
    /// One bad item never fails the others. Names of members are compared without regard to case, because Graph's own
    /// differ; where a member comes twice the last one counts.
    ///
    /// - Throws: ``GraphError/Code/malformedNotification`` when the body is not JSON, is nested deeper than 64, or has no
    ///   array `value`.
    public static func items(in body: ByteBuffer) throws(GraphError) -> [NotificationItem] {
        try self.contents(of: body).items
    }

    /// The same, with what stands beside the items.
    public static func contents(of body: ByteBuffer) throws(GraphError) -> NotificationContents {
        do {
            return try body.withUnsafeReadableBytes { bytes in
                var items: [NotificationItem] = []
                var tokens: [String] = []
                var isCollection = false
                var reader = JSONReader(bytes)
                try reader.readObject { reader, name throws(JSONError) in
                    if name.equalsIgnoringCase("validationTokens"), try reader.peek() == .array {
                        tokens = []
                        try reader.readArray { reader throws(JSONError) in tokens.append(try reader.readString()) }
                        return
                    }
                    guard name.equalsIgnoringCase("value") else {
                        try reader.skip()
                        return
                    }
                    isCollection = true
                    try reader.readArray { reader throws(JSONError) in
                        let range = try reader.skip()
                        // Within the readable bytes by construction.
                        let item = body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count)!
                        items.append(Self.item(UnsafeRawBufferPointer(rebasing: bytes[range]), item: item))
                    }
                }
                try reader.finish()
                guard isCollection else { throw JSONError(.wrongType, at: 0) }
                return NotificationContents(items: items, validationTokens: tokens)
            }
        } catch {
            throw GraphError(
                .malformedNotification, "The body is not a collection of change notifications.", cause: error
            )
        }
    }

    /// Reads one item; `bytes` are known to be valid JSON.
    private static func item(_ bytes: UnsafeRawBufferPointer, item: ByteBuffer) -> NotificationItem {
        var reader = JSONReader(bytes)
        guard (try? reader.peek()) == .object else {
            return .malformed(detail: "The item is not an object.", item: item)
        }
        var fields = ItemFields()
        do {
            try fields.read(from: &reader)
        } catch {
            return .malformed(detail: "A member of the item is not of its type, or not text.", item: item)
        }
        return fields.item(item)
    }
}

/// The members of an item that mean something here.
private struct ItemFields {
    var id: String?
    var subscriptionID: String?
    var clientState: String?
    var changeType: String?
    var lifecycleEvent: String?
    var resource: String?
    var tenantID: String?
    var organizationID: String?
    var resourceID: String?
    var etag: String?
    var encryptedContent: EncryptedContent?

    /// Strict where something depends on the member, tolerant where it only informs.
    mutating func read(from reader: inout JSONReader) throws(JSONError) {
        try reader.readObject { reader, name throws(JSONError) in
            if name.equalsIgnoringCase("subscriptionId") {
                self.subscriptionID = try reader.readStringOrNull()
            } else if name.equalsIgnoringCase("clientState") {
                self.clientState = try reader.readStringOrNull()
            } else if name.equalsIgnoringCase("changeType") {
                self.changeType = try reader.readStringOrNull()
            } else if name.equalsIgnoringCase("lifecycleEvent") {
                self.lifecycleEvent = try reader.readStringOrNull()
            } else if name.equalsIgnoringCase("resource") {
                self.resource = try reader.readStringOrNull()
            } else if name.equalsIgnoringCase("tenantId") {
                self.tenantID = try reader.readStringIfPresent()
            } else if name.equalsIgnoringCase("organizationId") {
                self.organizationID = try reader.readStringIfPresent()
            } else if name.equalsIgnoringCase("id") {
                self.id = try reader.readStringIfPresent()
            } else if name.equalsIgnoringCase("resourceData"), try reader.peek() == .object {
                try self.readResourceData(from: &reader)
            } else if name.equalsIgnoringCase("encryptedContent"), try reader.peek() == .object {
                self.encryptedContent = try Self.readEncryptedContent(from: &reader)
            } else {
                try reader.skip()
            }
        }
    }

    private mutating func readResourceData(from reader: inout JSONReader) throws(JSONError) {
        try reader.readObject { reader, name throws(JSONError) in
            if name.equalsIgnoringCase("id") {
                self.resourceID = try reader.readStringIfPresent()
            } else if name.equalsIgnoringCase("@odata.etag") {
                self.etag = try reader.readStringIfPresent()
            } else {
                try reader.skip()
            }
        }
    }

    /// What is missing or of another type is empty, and will not be opened.
    private static func readEncryptedContent(from reader: inout JSONReader) throws(JSONError) -> EncryptedContent {
        var content = EncryptedContent(data: "", dataKey: "", dataSignature: "", certificateID: "")
        try reader.readObject { reader, name throws(JSONError) in
            if name.equalsIgnoringCase("data") {
                content.data = try reader.readStringIfPresent() ?? ""
            } else if name.equalsIgnoringCase("dataKey") {
                content.dataKey = try reader.readStringIfPresent() ?? ""
            } else if name.equalsIgnoringCase("dataSignature") {
                content.dataSignature = try reader.readStringIfPresent() ?? ""
            } else if name.equalsIgnoringCase("encryptionCertificateId") {
                content.certificateID = try reader.readStringIfPresent() ?? ""
            } else if name.equalsIgnoringCase("encryptionCertificateThumbprint") {
                content.certificateThumbprint = try reader.readStringIfPresent()
            } else {
                try reader.skip()
            }
        }
        return content
    }

    func item(_ item: ByteBuffer) -> NotificationItem {
        guard let subscriptionID = self.subscriptionID, !subscriptionID.isEmpty else {
            return .malformed(detail: "The item has no subscriptionId.", item: item)
        }
        if let event = self.lifecycleEvent {
            return .lifecycle(
                LifecycleNotification(
                    subscriptionID: subscriptionID, clientState: self.clientState, event: .init(rawValue: event),
                    resource: self.resource, tenantID: self.tenantID ?? self.organizationID, item: item
                )
            )
        }
        guard let changeType = self.changeType, !changeType.isEmpty else {
            return .malformed(detail: "The item has neither changeType nor lifecycleEvent.", item: item)
        }
        guard let resource = self.resource, !resource.isEmpty else {
            return .malformed(detail: "The item has no resource.", item: item)
        }
        return .change(
            ChangeNotification(
                subscriptionID: subscriptionID, clientState: self.clientState, changeType: changeType.lowercased(),
                resource: resource, tenantID: self.tenantID ?? self.organizationID, resourceID: self.resourceID, etag: self.etag,
                id: self.id, encryptedContent: self.encryptedContent, item: item
            )
        )
    }
}

extension JSONReader {
    /// Reads a string; passes over a value of another type, as if it were missing.
    mutating func readStringIfPresent() throws(JSONError) -> String? {
        if try self.peek() == .string { return try self.readString() }
        try self.skip()
        return nil
    }
}
