/// Who may call a method.
///
/// ```swift
/// hub.on("Ban", requires: .claim("role", "moderator")) { (caller: HubCaller, user: String) in … }
/// ```
public struct HubPolicy: Sendable {
    private let check: @Sendable (HubCaller) async -> Bool

    /// - Parameter check: Whether the caller may. It is asked for every call, before filters and before the arguments are read.
    public init(_ check: @escaping @Sendable (HubCaller) async -> Bool) {
        self.check = check
    }

    /// Whoever has a name.
    public static let user = HubPolicy { $0.user != nil }

    /// Users who have a claim of this value.
    public static func claim(_ name: String, _ value: String) -> HubPolicy {
        HubPolicy { $0.user?.claims[name] == value }
    }

    func allows(_ caller: HubCaller) async -> Bool { await self.check(caller) }
}
