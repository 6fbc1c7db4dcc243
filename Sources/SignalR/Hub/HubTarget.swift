/// Whom a message is for.
public enum HubTarget: Sendable, Hashable {
    /// Everybody but some connections.
    case all(except: [String] = [])
    /// The members of some groups but some connections.
    case groups([String], except: [String] = [])
    /// All connections of some users.
    case users([String])
    /// Some connections.
    case connections([String])
}
