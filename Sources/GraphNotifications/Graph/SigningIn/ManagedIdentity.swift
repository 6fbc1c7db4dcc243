/// Which of a machine's identities is meant.
public struct ManagedIdentity: Sendable, Hashable {
    enum Kind: Hashable {
        case systemAssigned
        case clientID(String)
        case objectID(String)
        case resourceID(String)
    }

    let kind: Kind

    /// The machine's own identity, or the only one it was given.
    public static let systemAssigned = ManagedIdentity(kind: .systemAssigned)

    /// An identity that was given to the machine, by its client id.
    public static func clientID(_ id: String) -> ManagedIdentity { .init(kind: .clientID(id)) }

    /// An identity that was given to the machine, by its object id.
    public static func objectID(_ id: String) -> ManagedIdentity { .init(kind: .objectID(id)) }

    /// An identity that was given to the machine, by its resource id (`/subscriptions/…`).
    public static func resourceID(_ id: String) -> ManagedIdentity { .init(kind: .resourceID(id)) }
}
