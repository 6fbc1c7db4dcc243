/// The text of a message, plain or HTML.
struct MessageBody: Sendable, Equatable, Codable {
    var isHTML: Bool
    var content: String

    init(isHTML: Bool, content: String) {
        self.isHTML = isHTML
        self.content = content
    }

    init(_ body: JSONMembers) {
        self.init(isHTML: body["contentType"]?.string?.lowercased() == "html", content: body["content"]?.string ?? "")
    }

    var json: JSONValue { ["contentType": self.isHTML ? "html" : "text", "content": .string(self.content)] }

    /// The first 255 characters of the text, without tags, in one line.
    var preview: String {
        var text = ""
        var count = 0
        var isInTag = false
        var gap = false
        for character in self.content {
            guard count < 255 else { break }
            if self.isHTML, character == "<" { isInTag = true }
            if isInTag {
                isInTag = character != ">"
                gap = true
            } else if character.isWhitespace {
                gap = true
            } else {
                if gap, count > 0, count < 254 {
                    text.append(" ")
                    count += 1
                }
                gap = false
                text.append(character)
                count += 1
            }
        }
        return text
    }
}
