import JSONBytes
import NIOCore

/// One update as a line for a person: when, what, where, and the cursor.
struct UpdateLine: Equatable {
    /// Longer words of a resource, which are ids, are shortened.
    private static let maximumWord = 24

    private var timestamp = ""
    private var changeType = ""
    private var resource = ""
    private var cursor = ""

    /// - Returns: `nil` if the bytes are not an update.
    init?(json: ByteBuffer) {
        do {
            self = try json.withUnsafeReadableBytes { bytes throws(JSONError) in try UpdateLine(reading: bytes) }
        } catch {
            return nil
        }
    }

    private init(reading bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var line = (timestamp: "", changeType: "", resource: "", cursor: "")
        var reader = JSONReader(bytes)
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "timestamp": line.timestamp = try reader.readString()
            case "changeType": line.changeType = try reader.readString()
            case "resource": line.resource = try reader.readString()
            case "cursor": line.cursor = try reader.readString()
            default: _ = try reader.skip()
            }
        }
        try reader.finish()
        (self.timestamp, self.changeType, self.resource, self.cursor) = line
    }

    /// `09:30:00Z  created  Users/0e9a…e0f235/Messages/AAMk…2YmFy  k3x9-1042`
    var text: String {
        let time = self.timestamp.dropFirst(11).prefix(8)
        let kind = self.changeType + String(repeating: " ", count: max(0, 7 - self.changeType.count))
        return "\(time)Z  \(kind)  \(Self.shortened(self.resource))  \(self.cursor)".withoutControlCharacters
    }

    /// The resource with its ids shortened to their beginning and their end, where ids of Graph differ.
    static func shortened(_ resource: String) -> String {
        var result = ""
        var word = ""
        for character in resource {
            if "/()'".contains(character) {
                result += Self.short(word)
                result.append(character)
                word = ""
            } else {
                word.append(character)
            }
        }
        return result + Self.short(word)
    }

    private static func short(_ word: String) -> String {
        word.count > Self.maximumWord ? "\(word.prefix(4))…\(word.suffix(6))" : word
    }
}
