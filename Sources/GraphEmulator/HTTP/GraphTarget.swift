import HTTPTypes

/// Something that can be read or changed over Graph's API.
enum GraphTarget: Equatable {
    case subscriptions
    case subscription(String)
    case reauthorization(String)
    /// What a browser needs for Web Push.
    case vapidPublicKey
    case users
    case user(String)
    case folders(user: String)
    case folder(String, user: String)
    case messages(user: String, folder: String?)
    case message(String, user: String, folder: String?)

    struct UnknownSegment: Error {
        var segment: String
    }

    static func parse(_ segments: ArraySlice<String>) -> Result<GraphTarget, UnknownSegment> {
        var rest = segments
        func unknown(_ segment: String?) -> Result<GraphTarget, UnknownSegment> {
            .failure(UnknownSegment(segment: segment ?? ""))
        }
        let root = rest.popFirst()
        switch root?.lowercased() {
        case "subscriptions":
            guard let id = rest.popFirst() else { return .success(.subscriptions) }
            guard let action = rest.popFirst() else {
                return .success(id.lowercased() == "getvapidpublickey" ? .vapidPublicKey : .subscription(id))
            }
            guard action.lowercased() == "reauthorize", rest.isEmpty else { return unknown(rest.last ?? action) }
            return .success(.reauthorization(id))
        case "users":
            guard let user = rest.popFirst() else { return .success(.users) }
            guard var collection = rest.popFirst() else { return .success(.user(user)) }
            var folder: String?
            if collection.lowercased() == "mailfolders" {
                guard let name = rest.popFirst() else { return .success(.folders(user: user)) }
                guard let next = rest.popFirst() else { return .success(.folder(name, user: user)) }
                folder = name
                collection = next
            }
            guard collection.lowercased() == "messages" else { return unknown(collection) }
            guard let id = rest.popFirst() else { return .success(.messages(user: user, folder: folder)) }
            guard rest.isEmpty else { return unknown(rest.first) }
            return .success(.message(id, user: user, folder: folder))
        default: return unknown(root)
        }
    }

    /// The methods that mean something here.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .subscriptions, .messages: [.get, .post]
        case .subscription, .message: [.get, .patch, .delete]
        case .reauthorization: [.post]
        case .users, .user, .folders, .folder, .vapidPublicKey: [.get]
        }
    }
}
