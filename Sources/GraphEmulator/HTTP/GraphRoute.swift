/// What a path means.
enum GraphRoute: Equatable {
    case page
    case live
    case token(tenant: String)
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
        case (4, let tenant?) where segments.dropFirst().map({ $0.lowercased() }) == ["oauth2", "v2.0", "token"]:
            self = .token(tenant: tenant)
        case (_, "v1.0"): self = Self.versioned(segments.dropFirst(), version: "v1.0")
        case (_, "beta"): self = Self.versioned(segments.dropFirst(), version: "beta")
        default: self = .unknown
        }
    }

    private static func versioned(_ segments: ArraySlice<String>, version: String) -> GraphRoute {
        switch GraphTarget.parse(segments) {
        case .success(let target): .graph(target, version: version)
        case .failure(let unknown): .unknownSegment(unknown.segment)
        }
    }
}
