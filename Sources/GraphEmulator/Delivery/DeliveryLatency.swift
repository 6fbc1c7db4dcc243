/// How much later than the change its notification is sent.
public enum DeliveryLatency: Sendable, Equatable {
    /// At once. What Graph never does, but what one wants to see while developing.
    case none
    /// At random up to so long.
    case upTo(Duration)
    /// At random around what Microsoft documents for the kind of resource, from a few seconds to half an hour; seldom
    /// more than that.
    case realistic

    /// In milliseconds.
    func draw(for subscription: EmulatedSubscription, random: inout some RandomNumberGenerator) -> Int64 {
        switch self {
        case .none: return 0
        case .upTo(let longest):
            let milliseconds = longest.milliseconds
            return milliseconds > 0 ? Int64.random(in: 0...milliseconds, using: &random) : 0
        case .realistic:
            let (usual, longest) = Self.documented(for: subscription.canonicalResource)
            // Nine of ten within what is usual.
            let isUsual = Int.random(in: 0..<10, using: &random) < 9
            return Int64.random(in: 0...(isUsual ? usual : longest) * 1000, using: &random)
        }
    }

    /// The usual and the longest latency, in seconds.
    private static func documented(for resource: String) -> (usual: Int64, longest: Int64) {
        let segments = resource.prefix { $0 != "?" }.split(separator: "/")
        let last = segments.last ?? ""
        switch segments.first ?? "" {
        case "communications" where last == "callrecords": return (1800, 9000)
        case "communications": return (10, 60)
        case "chats", "appcatalogs", "copilot":
            return last.hasSuffix("messages") ? (10, 60) : (10, 3600)
        case "teams" where segments.contains("schedule"): return (60, 3600)
        case "teams": return last.hasSuffix("messages") ? (10, 60) : (10, 3600)
        case "solutions": return (10, 40)
        case "print": return (60, 300)
        case "drives", "sites": return (60, 21_600)
        case "users" where segments.contains("drive"): return (60, 21_600)
        case "users" where segments.contains("todo"): return (120, 900)
        case "users" where segments.contains("onlinemeetings"): return (10, 3600)
        case "security": return (180, 300)
        default: return (60, 180)
        }
    }
}
