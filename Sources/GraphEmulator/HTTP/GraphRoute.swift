/// What a path means.
enum GraphRoute: Equatable {
    case page
    case live
    case signIn(SignInRoute)
    /// Something of Graph, in the version `v1.0` or `beta`.
    case graph(GraphTarget, version: String)
    /// Graph does not know this segment.
    case unknownSegment(String)
    case unknown

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
        switch GraphTarget.parse(segments) {
        case .success(let target): .graph(target, version: version)
        case .failure(let unknown): .unknownSegment(unknown.segment)
        }
    }
}
