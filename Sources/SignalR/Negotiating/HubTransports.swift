import SignalRProtocol

/// Ways to carry connections.
public struct HubTransports: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// WebSockets (RFC 6455).
    public static let webSockets = HubTransports(rawValue: 1)
    /// Server-Sent Events, and requests in the other direction. Text only.
    public static let serverSentEvents = HubTransports(rawValue: 2)
    /// Requests that wait for messages, and requests in the other direction.
    public static let longPolling = HubTransports(rawValue: 4)
    /// All of them.
    public static let all: HubTransports = [.webSockets, .serverSentEvents, .longPolling]

    /// As a negotiation lists them: clients try them in this order.
    var listed: [Negotiation.Transport] {
        var transports: [Negotiation.Transport] = []
        if self.contains(.webSockets) { transports.append(.webSockets) }
        if self.contains(.serverSentEvents) { transports.append(.serverSentEvents) }
        if self.contains(.longPolling) { transports.append(.longPolling) }
        return transports
    }
}
