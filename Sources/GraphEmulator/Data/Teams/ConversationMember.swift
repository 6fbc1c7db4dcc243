import HTTPTypes

/// Somebody who is to be in a chat, team or channel.
struct ConversationMember: Sendable, Equatable {
    /// The id or principal name of a user.
    var user: String
    var roles: [String]

    init(user: String, roles: [String]) {
        self.user = user
        self.roles = roles
    }

    /// Reads a member, who is named by `user@odata.bind`, a link to the user.
    init(_ value: JSONMembers) throws(GraphRefusal) {
        guard let user = value["userId"]?.string ?? value["user@odata.bind"]?.string.flatMap(Self.lastKey) else {
            throw GraphRefusal(.badRequest, "BadRequest", "A member needs a 'user@odata.bind' that names a user.")
        }
        self.init(user: user, roles: (value["roles"]?.array ?? []).compactMap(\.string))
    }

    /// The members of a chat or team in its description.
    static func all(in value: JSONMembers) throws(GraphRefusal) -> [ConversationMember] {
        var members: [ConversationMember] = []
        for member in value["members"]?.array ?? [] {
            guard let member = member.object else { throw .malformedBody }
            members.append(try ConversationMember(member))
        }
        return members
    }

    /// What a link such as `https://…/users('x')` or `…/users/x` ends in.
    static func lastKey(_ link: String) -> String? {
        link.split(separator: "/").last.map { ResourcePath.keyed(String($0)) }?.last
    }
}
