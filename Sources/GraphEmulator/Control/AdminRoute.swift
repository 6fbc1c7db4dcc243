import HTTPTypes

/// What a path of the admin side means.
enum AdminRoute: Equatable {
    /// What can happen to a subscription.
    enum Action: String, CaseIterable {
        case remove, lose, reauthorize, authorization
    }

    case page, script, style, live
    case about, state, reset, seed, clock, advance, deliveries, endpoints, activity, faults, throttle
    case tenants, grant, revoke, keys
    case fault(Int)
    case subscription(String, Action)

    /// Where everything is that is not the page.
    static let root = "/emulator/v1"

    init(path: some StringProtocol) throws(AdminRefusal) {
        switch path {
        case "/": self = .page
        case "/emulator.js": self = .script
        case "/emulator.css": self = .style
        case "/health/live": self = .live
        default:
            let segments = String(path).split(separator: "/" as Character).map(String.init)
            guard segments.starts(with: ["emulator", "v1"]) else {
                throw AdminRefusal(.notFound, "There is nothing here; the admin side of the emulator is at \(Self.root).")
            }
            self = try Self.named(Array(segments.dropFirst(2)))
        }
    }

    private static func named(_ segments: [String]) throws(AdminRefusal) -> AdminRoute {
        switch (segments.count, segments.first) {
        case (0, _): return .about
        case (1, "state"): return .state
        case (1, "reset"): return .reset
        case (1, "seed"): return .seed
        case (1, "tenants"): return .tenants
        case (2, "permissions") where segments[1] == "grant": return .grant
        case (2, "permissions") where segments[1] == "revoke": return .revoke
        case (1, "keys"): return .keys
        case (1, "clock"): return .clock
        case (2, "clock") where segments[1] == "advance": return .advance
        case (1, "deliveries"): return .deliveries
        case (1, "endpoints"): return .endpoints
        case (1, "activity"): return .activity
        case (1, "faults"): return .faults
        case (1, "throttle"): return .throttle
        case (2, "faults"):
            guard let number = Int(segments[1]) else { throw Self.noFault(segments[1]) }
            return .fault(number)
        case (3, "subscriptions"):
            guard let action = Action(rawValue: segments[2]) else {
                throw .notFound(segments[2], among: Action.allCases.map(\.rawValue))
            }
            return .subscription(PercentCoding.decode(segments[1], plusIsSpace: false) ?? segments[1], action)
        default:
            throw .notFound(
                segments.joined(separator: "/"),
                among: [
                    "state", "reset", "seed", "clock", "clock/advance", "deliveries", "endpoints", "activity", "faults",
                    "throttle", "tenants", "permissions/grant", "permissions/revoke", "keys",
                    "subscriptions/{id}/{\(Action.allCases.map(\.rawValue).joined(separator: "|"))}",
                ]
            )
        }
    }

    static func noFault(_ number: String) -> AdminRefusal {
        AdminRefusal(.notFound, "There is no fault '\(number.prefix(64))'; GET \(Self.root)/faults lists those that are set.")
    }

    /// More bytes than this are no request that means something there.
    var bodyLimit: Int { self == .seed ? 4 << 20 : 64 << 10 }

    /// What can be done with it.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .page, .script, .style, .live, .about, .state, .deliveries, .endpoints, .tenants: [.get]
        case .reset, .seed, .advance, .activity, .subscription, .grant, .revoke: [.post]
        case .clock, .keys: [.get, .post]
        case .faults: [.get, .post, .delete]
        case .fault: [.delete]
        case .throttle: [.post, .delete]
        }
    }
}

extension AdminRefusal {
    fileprivate static func notFound(_ word: String, among known: [String]) -> AdminRefusal {
        var refusal = AdminRefusal.unknown(word, what: "address", among: known)
        refusal.status = .notFound
        return refusal
    }
}
