/// The resource of a subscription, taken apart: `users('x')/messages?$filter=…` is `users`, `x`, `messages` and a query.
struct ResourcePath: Equatable {
    /// The segments as they were written, keys in parentheses as segments of their own.
    var segments: [String]
    /// What stands behind the question mark, if there is one.
    var query: String?

    init(_ resource: String) {
        let parts = resource.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.segments = (parts.first ?? "").split(separator: "/").flatMap { Self.keyed(String($0)) }
        self.query = parts.count > 1 ? String(parts[1]) : nil
    }

    /// What two ways to write the same resource have in common.
    var canonical: String {
        self.segments.joined(separator: "/").lowercased() + (self.query.map { "?\($0)" } ?? "")
    }

    /// The names of the query options, in small letters and with their `$`.
    var options: [String: String] {
        var options: [String: String] = [:]
        for (name, value) in PercentCoding.fields(self.query ?? "") { options[name.lowercased()] = value }
        return options
    }

    /// `mailFolders('inbox')` means `mailFolders/inbox`.
    static func keyed(_ segment: String) -> [String] {
        guard segment.hasSuffix(")"), let open = segment.firstIndex(of: "("), open > segment.startIndex else {
            return [segment]
        }
        var key = segment[segment.index(after: open)...].dropLast()
        if key.count >= 2, key.hasPrefix("'"), key.hasSuffix("'") { key = key.dropFirst().dropLast() }
        // A function without parameters: `delta()`.
        return key.isEmpty ? [String(segment[..<open])] : [String(segment[..<open]), String(key)]
    }
}
