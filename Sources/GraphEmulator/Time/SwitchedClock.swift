import Synchronization

/// A clock that can be told while it runs how to go: as real time does, faster, or only by hand.
///
/// It never goes back: whatever it is switched to goes on from what it shows.
public final class SwitchedClock: Sendable {
    /// How it goes.
    public enum Mode: Sendable, Equatable {
        case real
        /// So many seconds in one real second: above 0.
        case scaled(Double)
        /// Only when it is moved.
        case stepped
    }

    private struct State {
        var mode: Mode
        /// How many move it by hand at the moment; meanwhile it does not go by itself.
        var holds = 0
        /// What it showed when it was last switched, and what its base showed then.
        var shown: Int64
        var base: Int64

        /// `nil` while it stands.
        var rate: Double? {
            guard self.holds == 0 else { return nil }
            switch self.mode {
            case .real: return 1
            case .scaled(let rate): return rate
            case .stepped: return nil
            }
        }
    }

    private let base: EmulatorClock
    private let stepped: SteppedClock
    private let state: Mutex<State>
    private let switched = ChangeSignal()

    /// - Parameters:
    ///   - mode: How it goes at first.
    ///   - start: What it shows first, in milliseconds since 1970; what `base` shows, if that is later or nothing is given.
    ///   - base: Real time.
    public init(_ mode: Mode = .real, startingAt start: Int64? = nil, base: EmulatorClock = .system) {
        let now = base.now()
        let shown = max(now, start ?? now)
        self.base = base
        self.stepped = SteppedClock(startingAt: shown)
        self.state = Mutex(State(mode: mode, shown: shown, base: now))
    }

    /// This clock, for a ``GraphEmulatorConfiguration``.
    public var clock: EmulatorClock {
        EmulatorClock(now: { self.now }, sleep: { try await self.sleep($0) }, stepped: self.stepped, switched: self)
    }

    /// Milliseconds since 1970.
    public var now: Int64 { self.state.withLock { self.now($0) } }

    /// How it goes, when nobody moves it by hand.
    public var mode: Mode {
        get { self.state.withLock { $0.mode } }
        set { self.change { $0.mode = newValue } }
    }

    /// Moves it forward from moment to moment, as ``SteppedClock/advance(by:)`` does. If it goes by itself it does not do so
    /// meanwhile, and goes on from there.
    public func advance(by duration: Duration) async {
        self.change { $0.holds += 1 }
        await self.stepped.advance(by: duration)
        self.change { $0.holds -= 1 }
    }

    private func now(_ state: State) -> Int64 {
        guard let rate = state.rate else { return self.stepped.now }
        return state.shown + Int64((Double(self.base.now() - state.base) * rate).rounded(.down))
    }

    private func change(_ body: (inout State) -> Void) {
        self.state.withLock { state in
            let now = self.now(state)
            let stood = state.rate == nil
            body(&state)
            state.shown = now
            state.base = self.base.now()
            if !stood, state.rate == nil { self.stepped.jump(to: now) }
        }
        self.switched.raise()
    }

    private func sleep(_ duration: Duration) async throws {
        let end = self.now + max(1, duration.milliseconds)
        while true {
            try Task.checkCancellation()
            let count = self.switched.count
            let (now, rate) = self.state.withLock { (self.now($0), $0.rate) }
            guard now < end else { return }
            let rest = Duration.milliseconds(end - now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    if let rate { try await self.base.sleep(rest / rate) } else { try await self.stepped.sleep(rest) }
                }
                group.addTask { await self.switched.wait(after: count) }
                try await group.next()
                group.cancelAll()
            }
        }
    }
}
