import JSONBytes
import NIOCore

/// One object of a page of changes: what is known of it.
struct DeltaItem: Sendable, Equatable {
    var id: String
    /// It is gone: `deleted` for good, `changed` if it was put aside or lies elsewhere now.
    var removal: String?
    /// When it came into being, in milliseconds since 1970, if it says so.
    var createdAt: Int64?
    /// When it was modified last, if it says so.
    var modifiedAt: Int64?
    /// Its version: the etag, or else the moment of the last modification as it stands.
    var version: String?
    /// The folder that holds everything, which changes with everything.
    var isRoot = false
    /// Its bytes.
    var json: ByteBuffer

    /// - Returns: `nil` if it has no id.
    init?(_ json: ByteBuffer, kind: DeltaQuery.Kind) {
        var id: String?
        var removal: String?
        var created: String?
        var modified: String?
        var etag: String?
        var isRoot = false
        let isObject = json.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            return
                (try? reader.readObject { reader, name throws(JSONError) in
                    switch name {
                    case "id": id = try reader.readStringIfPresent()
                    case "@odata.etag": etag = try reader.readStringIfPresent()
                    case "eTag", "etag":
                        let other = try reader.readStringIfPresent()
                        etag = etag ?? other
                    case "createdDateTime": created = try reader.readStringIfPresent()
                    case "lastModifiedDateTime": modified = try reader.readStringIfPresent()
                    case "deletedDateTime" where kind == .channelMessage:
                        if try reader.readStringIfPresent() != nil { removal = "deleted" }
                    case "deleted" where kind == .driveItem || kind == .listItem:
                        if try reader.peek() == .object { removal = "deleted" }
                        try reader.skip()
                    case "root" where kind == .driveItem:
                        isRoot = try reader.peek() == .object
                        try reader.skip()
                    case "@removed":
                        removal = "deleted"
                        guard try reader.peek() == .object else {
                            try reader.skip()
                            return
                        }
                        try reader.readObject { reader, name throws(JSONError) in
                            guard name == "reason" else {
                                try reader.skip()
                                return
                            }
                            removal = try reader.readStringIfPresent() ?? "deleted"
                        }
                    default: try reader.skip()
                    }
                }) != nil
        }
        guard isObject, let id, !id.isEmpty else { return nil }
        self.id = id
        self.removal = removal
        self.createdAt = created.flatMap(GraphTime.milliseconds(iso8601:))
        self.modifiedAt = modified.flatMap(GraphTime.milliseconds(iso8601:))
        self.version = etag.flatMap { $0.isEmpty ? nil : $0 } ?? modified
        self.isRoot = isRoot
        self.json = json
    }
}
