import JSONBytes
import NIOCore

/// What `GET /updates` answers.
struct UpdatePage: Equatable {
    /// Where to go on.
    var cursor = ""
    /// Whether something is lost.
    var hasGap = false
    /// From where on nothing is lost.
    var oldest = ""
    /// Each as it came.
    var updates: [ByteBuffer] = []

    /// - Returns: `nil` if the bytes are not such an answer.
    init?(json: ByteBuffer) {
        do {
            self = try json.withUnsafeReadableBytes { bytes throws(JSONError) in try UpdatePage(reading: bytes) }
        } catch {
            return nil
        }
        guard !self.cursor.isEmpty else { return nil }
    }

    private init(reading bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var page = (cursor: "", hasGap: false, oldest: "", updates: [ByteBuffer]())
        var reader = JSONReader(bytes)
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "cursor": page.cursor = try reader.readString()
            case "gap": page.hasGap = try reader.readBool()
            case "oldest": page.oldest = try reader.readString()
            case "updates":
                try reader.readArray { reader throws(JSONError) in
                    page.updates.append(ByteBuffer(bytes: bytes[try reader.skip()]))
                }
            default: _ = try reader.skip()
            }
        }
        try reader.finish()
        (self.cursor, self.hasGap, self.oldest, self.updates) = page
    }
}
