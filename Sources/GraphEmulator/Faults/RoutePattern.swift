/// Which requests are meant: `GET /v1.0/users/*/messages`, `/v1.0/**`.
struct RoutePattern: Sendable, Equatable {
    /// In capital letters; `nil` for all.
    private let method: String?
    /// In small letters.
    private let segments: [String]
    /// Whether any further segments may follow.
    private let isOpen: Bool

    /// - Returns: `nil` if there is no path, or `**` stands elsewhere than at its end.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let path = words.last, words.count <= 2, path.hasPrefix("/") else { return nil }
        var segments = path.split(separator: "/").map { $0.lowercased() }
        let isOpen = segments.last == "**"
        if isOpen { segments.removeLast() }
        guard !segments.contains("**") else { return nil }
        self.method = words.count == 2 ? words[0].uppercased() : nil
        self.segments = segments
        self.isOpen = isOpen
    }

    func matches(method: String, path: some StringProtocol) -> Bool {
        guard self.method == nil || self.method == method.uppercased() else { return false }
        let parts = path.split(separator: "/").map { $0.lowercased() }
        guard self.isOpen ? parts.count >= self.segments.count : parts.count == self.segments.count else { return false }
        return zip(self.segments, parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
}
