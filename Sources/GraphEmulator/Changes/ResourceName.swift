/// How notifications call something: `Users/{id}/Messages/{id}`, or with the keys in parentheses.
struct ResourceName: Sendable, Equatable {
    struct Segment: Sendable, Equatable {
        var name: String
        var key: String
    }

    /// The last one's key is the id of what has changed.
    var segments: [Segment]

    init(_ segments: (String, String)...) {
        self.segments = segments.map { Segment(name: $0.0, key: $0.1) }
    }

    /// `Users/x/Messages/y`.
    func path(id: String) -> String {
        self.keyed(id).map { "\($0.name)/\($0.key)" }.joined(separator: "/")
    }

    /// `Users('x')/messages('y')`.
    func parenthesized(id: String) -> String {
        self.keyed(id).enumerated()
            .map { index, segment in
                "\(index == 0 ? segment.name : segment.name.prefix(1).lowercased() + segment.name.dropFirst())('\(segment.key)')"
            }
            .joined(separator: "/")
    }

    private func keyed(_ id: String) -> [Segment] {
        var segments = self.segments
        segments[segments.count - 1].key = id
        return segments
    }
}
