/// What a path means.
enum GraphRoute: Equatable {
    case page
    case live
    case signIn(SignInRoute)
    /// Something of Graph, in the version `v1.0` or `beta`.
    case graph(GraphTarget, keys: [String: String], version: String)
    /// Graph does not know this segment.
    case unknownSegment(String)
    case unknown

    /// The key of the user in paths that begin with `/me`.
    static let me = "/me"

    init(path: some StringProtocol) {
        var segments: [String] = []
        for segment in path.split(separator: "/") {
            guard let decoded = PercentCoding.decode(segment, plusIsSpace: false) else {
                self = .unknown
                return
            }
            segments += ResourcePath.keyed(decoded)
        }
        switch (segments.count, segments.first?.lowercased()) {
        case (0, _): self = .page
        case (2, "health") where segments[1] == "live": self = .live
        case (_, "v1.0"): self = Self.versioned(segments.dropFirst(), version: "v1.0")
        case (_, "beta"): self = Self.versioned(segments.dropFirst(), version: "beta")
        default: self = SignInRoute(segments).map { .signIn($0) } ?? .unknown
        }
    }

    private static func versioned(_ segments: ArraySlice<String>, version: String) -> GraphRoute {
        var segments = Self.joined(segments)
        if segments.first?.lowercased() == "me" {
            segments.replaceSubrange(0..<1, with: ["users", Self.me])
        }
        return switch RouteTable.find(segments) {
        case .success(let found): .graph(found.target, keys: found.keys, version: version)
        case .failure(let unknown): .unknownSegment(unknown.segment)
        }
    }

    /// Makes one segment of the path between two colons: `root:/a/b.txt:/content`.
    private static func joined(_ segments: ArraySlice<String>) -> [String] {
        guard let start = segments.firstIndex(where: { $0.lowercased() == "root:" }) else { return Array(segments) }
        let rest = segments[segments.index(after: start)...]
        let end = rest.firstIndex { $0.hasSuffix(":") } ?? rest.indices.last ?? start
        guard end > start else { return Array(segments) }
        var path = rest[...end].joined(separator: "/")
        if path.hasSuffix(":") { path.removeLast() }
        return segments[...start] + [path] + rest[(end + 1)...]
    }
}
