/// One of Microsoft's clouds: who signs in there, and where its Graph is. A token of one is worth nothing in another.
public struct GraphCloud: Sendable, Hashable {
    /// The sign-in service, without a path: `https://login.microsoftonline.com`.
    public var authority: String
    /// Graph, without a version: `https://graph.microsoft.com`.
    public var graph: String

    /// A cloud that is not among those named here, or an emulator.
    ///
    /// - Parameters:
    ///   - authority: The sign-in service. It must be `https`, except on this machine.
    ///   - graph: Graph's address; a version behind it does not count.
    public init(authority: String, graph: String) {
        self.authority = authority.hasSuffix("/") ? String(authority.dropLast()) : authority
        let host = graph.firstRange(of: "://").map { graph[$0.upperBound...].prefix { $0 != "/" } }
        self.graph = host.map { String(graph[..<$0.endIndex]) } ?? graph
    }

    /// The worldwide cloud, and the United States' GCC.
    public static let global = GraphCloud(
        authority: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com"
    )
    /// The United States' GCC High (L4).
    public static let usGovernment = GraphCloud(
        authority: "https://login.microsoftonline.us", graph: "https://graph.microsoft.us"
    )
    /// The United States' Department of Defense (L5).
    public static let usGovernmentDoD = GraphCloud(
        authority: "https://login.microsoftonline.us", graph: "https://dod-graph.microsoft.us"
    )
    /// China, run by 21Vianet.
    public static let china = GraphCloud(
        authority: "https://login.partner.microsoftonline.cn", graph: "https://microsoftgraph.chinacloudapi.cn"
    )

    /// A cloud by its name in configuration: `global`, `usGovernment`, `usGovernmentDoD` or `china`.
    ///
    /// - Returns: `nil` for another name.
    public init?(named name: String) {
        switch name.lowercased() {
        case "global": self = .global
        case "usgovernment": self = .usGovernment
        case "usgovernmentdod": self = .usGovernmentDoD
        case "china": self = .china
        default: return nil
        }
    }

    /// Graph's address with the version that is used here.
    public var baseURL: String { "\(self.graph)/v1.0" }

    /// What an application asks a token for: everything it was granted.
    public var defaultScope: String { "\(self.graph)/.default" }
}
