/// What an application asks for: permissions of one API.
struct RequestedScope: Sendable, Equatable {
    /// The API, as the token's audience.
    var audience: String
    /// The permissions by name; `.default` means all that it has.
    var permissions: [String]
    /// Whether it wants to go on when the token ends.
    var wantsRefresh = false
    /// Whether it wants to know who the user is.
    var wantsIdentity = false

    private static let graph = "https://graph.microsoft.com"
    /// Graph of the other clouds: they sign for themselves, and Graph here refuses their tokens.
    private static let otherGraphs = [
        "https://graph.microsoft.us", "https://dod-graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn",
    ]

    /// For an application that acts for itself: one API, and all it has there.
    static func application(_ text: String, of tenant: EmulatedTenant) throws(SignInRefusal) -> RequestedScope {
        guard text.hasSuffix("/.default"), !text.contains(" ") else { throw .invalidScope(text) }
        let audience = String(text.dropLast("/.default".count))
        return RequestedScope(audience: try Self.known(audience, in: tenant), permissions: [".default"])
    }

    /// For an application that acts for a user: permissions of one API, by their names or by the API and their names.
    static func user(_ text: String, of tenant: EmulatedTenant) throws(SignInRefusal) -> RequestedScope {
        var scope = RequestedScope(audience: Self.graph, permissions: [])
        var audience: String?
        for word in text.split(separator: " ").map(String.init) {
            switch word {
            case "offline_access": scope.wantsRefresh = true
            case "openid", "profile", "email": scope.wantsIdentity = true
            default:
                guard let slash = word.lastIndex(of: "/") else {
                    scope.permissions.append(word)
                    continue
                }
                let named = String(word[..<slash])
                guard audience == nil || audience == named else { throw .invalidScope(text) }
                audience = named
                scope.permissions.append(String(word[word.index(after: slash)...]))
            }
        }
        if let audience { scope.audience = try Self.known(audience, in: tenant) }
        return scope
    }

    private static func known(_ audience: String, in tenant: EmulatedTenant) throws(SignInRefusal) -> String {
        let lowered = audience.lowercased()
        let bare = lowered.hasPrefix("api://") ? String(lowered.dropFirst("api://".count)) : lowered
        guard
            AccessTokenChecker.audiences.contains(lowered) || Self.otherGraphs.contains(lowered)
                || Loopback.contains(origin: lowered) || tenant.application(bare) != nil
        else { throw .unknownResource(audience, tenant: tenant.name) }
        return audience
    }
}
