import ServiceLifecycle

/// What goes wrong with one request to Graph.
struct RequestFaults {
    /// How long a request without an answer is kept. Whoever called has given up by then.
    private static let longestSilence: Duration = .seconds(300)

    private let effects: [Fault.Effect]

    init(_ effects: [Fault.Effect]) {
        self.effects = effects
    }

    /// Whether the answer is to break off.
    var breaksOff: Bool { self.effects.contains(.drop) }

    /// Answers the request as far as the faults let that happen.
    ///
    /// - Parameter carryOut: Does what was asked for.
    func answer(
        _ identity: RequestIdentity, clock: EmulatorClock, carryOut: () async -> GraphAnswer
    ) async -> GraphAnswer {
        var instead: GraphRefusal?
        var isDone = false
        var wait = Duration.zero
        for effect in self.effects {
            switch effect {
            case .delay(let duration): wait += duration
            case .status(let status, let retryAfter):
                instead = instead ?? .fault(status: status, retryAfter, now: identity.date)
            case .doneButStatus(let status, let retryAfter):
                isDone = instead == nil
                instead = instead ?? .fault(status: status, retryAfter, now: identity.date)
            case .timeout:
                instead = .fault(status: 504, .none, now: identity.date)
                isDone = false
                wait += Self.longestSilence
            case .drop: instead = instead ?? .fault(status: 500, .none, now: identity.date)
            case .slowAnswer, .duplicate, .reorder, .missed, .removal, .content, .tokens: break
            }
        }
        // Nobody waits for a program that shuts down.
        if wait > .zero { try? await cancelWhenGracefulShutdown { [wait] in try await clock.sleep(wait) } }
        guard let instead else { return await carryOut() }
        if isDone { _ = await carryOut() }
        return .refusal(instead, of: identity)
    }
}
