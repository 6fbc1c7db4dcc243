/// A path with keys: `users/{user}/messages`. Names match in any case.
struct PathPattern: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case name(String)
        case key(String)
    }

    private let parts: [Part]
    /// As it is written in the source.
    let text: String

    init(_ text: String) {
        self.text = text
        self.parts = text.split(separator: "/").map { part in
            part.hasPrefix("{") ? .key(String(part.dropFirst().dropLast())) : .name(part.lowercased())
        }
    }

    /// How many segments it has.
    var count: Int { self.parts.count }

    /// How many of them are names: where two patterns fit, the one with more names is meant.
    var nameCount: Int { self.parts.count { if case .name = $0 { true } else { false } } }

    /// The keys' values; `nil` if the path does not fit.
    func match(_ segments: some Collection<String>) -> [String: String]? {
        guard segments.count == self.parts.count else { return nil }
        var keys: [String: String] = [:]
        for (part, segment) in zip(self.parts, segments) {
            switch part {
            case .name(let name): guard name == segment.lowercased() else { return nil }
            case .key(let key): keys[key] = segment
            }
        }
        return keys
    }

    /// How many segments of a path fit from its beginning.
    func reach(_ segments: some Collection<String>) -> Int {
        var count = 0
        for (part, segment) in zip(self.parts, segments) {
            if case .name(let name) = part, name != segment.lowercased() { break }
            count += 1
        }
        return count
    }

    /// The path with these values for its keys.
    func filled(with keys: [String: String]) -> String {
        self.parts
            .map { part in
                switch part {
                case .name(let name): name
                case .key(let key): keys[key] ?? ""
                }
            }
            .joined(separator: "/")
    }
}
