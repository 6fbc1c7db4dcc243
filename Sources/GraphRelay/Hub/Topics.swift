/// The names of topics.
public enum Topics {
    /// Every update.
    public static let all = "all"

    /// What happens under a user: to mail, calendar, contacts, or the user itself.
    ///
    /// Ids of users are GUIDs or principal names, whose case Graph does not keep; the topic is in lower case.
    public static func user(_ id: String) -> String { "user/" + id.lowercased() }

    /// What a declared subscription brings.
    public static func subscription(_ name: String) -> String { "subscription/" + name }

    /// The one form of a topic that clients may spell in several.
    public static func canonical(_ topic: String) -> String {
        topic.hasPrefix("user/") ? topic.lowercased() : topic
    }

    /// Whether a text can be the name of a topic: not empty, not too long, without control characters.
    public static func isValid(_ topic: String, maximumLength: Int = 256) -> Bool {
        let bytes = topic.utf8
        return !bytes.isEmpty && bytes.count <= maximumLength && bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
