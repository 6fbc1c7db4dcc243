/// What stands beside the items of a rich notification.
enum ValidationTokens: Sendable, Equatable {
    case tokens([String])
    /// The application is not set up for resource data.
    case null

    var json: JSONObject {
        var object = JSONObject()
        switch self {
        case .tokens(let tokens): object.set("validationTokens", tokens)
        case .null: object.set("validationTokens", nil)
        }
        return object
    }
}
