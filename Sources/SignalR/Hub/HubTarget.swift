/// Whom a message is for.
struct HubTarget: Sendable {
    enum Selection: Sendable {
        case all
        case groups([String])
        case users([String])
        case clients([String])
    }

    let selection: Selection
    /// Connections that do not get it.
    var except: [String] = []
}
