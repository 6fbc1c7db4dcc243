/// The topics of an update, as the text that stands in its row: one a line.
enum TopicList {
    /// - Throws: ``StorageError`` if a topic holds a line break, which no topic may.
    static func text(of topics: [String]) throws(StorageError) -> String {
        for topic in topics where topic.utf8.contains(UInt8(ascii: "\n")) {
            throw StorageError(.failed, "A topic with a line break in it cannot be stored.")
        }
        return topics.joined(separator: "\n")
    }

    static func topics(in text: String) -> [String] {
        // Bytes, not characters: a carriage return and a line feed are one character.
        text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
}
