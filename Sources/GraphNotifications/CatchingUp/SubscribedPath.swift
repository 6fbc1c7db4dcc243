/// A resource as it is declared, taken apart: `users/{id}/messages`, or `users('{id}')/messages`, whatever follows a `?`.
struct SubscribedPath: Sendable, Equatable {
    /// What is a name and not a key, in lower case.
    private(set) var names: [String] = []
    /// The key behind a name.
    private(set) var keys: [String: String] = [:]
    /// The segments as they stand, `('…')` taken apart.
    private var segments: [String] = []

    /// Names that never have a key behind them, besides the last.
    private static let single: Set<String> = ["me", "root", "drive", "calendar", "todo", "delta", "communications", "security"]

    init(_ resource: String) {
        for part in resource.prefix(while: { $0 != "?" }).split(separator: "/") {
            guard part.hasSuffix(")"), let open = part.firstIndex(of: "(") else {
                self.add(String(part))
                continue
            }
            self.add(String(part[..<open]))
            self.add(part[part.index(after: open)...].dropLast().trimmingQuotes())
        }
    }

    private mutating func add(_ segment: String) {
        if let name = self.names.last, self.keys[name] == nil, !Self.single.contains(name), !self.follows(name, segment) {
            self.keys[name] = segment
        } else {
            self.names.append(segment.lowercased())
        }
        self.segments.append(segment)
    }

    /// Whether a segment right behind a name is a name too: `teams/getAllMessages`.
    private func follows(_ name: String, _ segment: String) -> Bool {
        segment.lowercased().hasPrefix("getall") || (name == "communications")
    }

    func hasKeys(_ names: String...) -> Bool { names.allSatisfy { self.keys[$0] != nil } }

    /// The path, with a slash before each key.
    var text: String { self.segments.joined(separator: "/") }
    /// The same without its last segment.
    var parent: String { self.segments.dropLast().joined(separator: "/") }

    /// The path up to and with the key of so many names.
    func prefix(_ count: Int) -> String {
        self.segments.prefix(self.names.prefix(count).reduce(0) { $0 + (self.keys[$1] == nil ? 1 : 2) }).joined(separator: "/")
    }
}

extension Substring {
    fileprivate func trimmingQuotes() -> String {
        guard self.count >= 2, self.first == "'", self.last == "'" else { return String(self) }
        return String(self.dropFirst().dropLast()).replacing("''", with: "'")
    }
}
