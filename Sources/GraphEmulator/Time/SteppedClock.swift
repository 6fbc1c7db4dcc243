import DequeModule
import Synchronization

/// A clock that stands still until ``advance(by:)`` moves it, so that three days pass in a test as fast as it can work.
///
/// On its way it stops at each moment at which somebody wants to wake, wakes them in the order of their moments, and goes
/// on when the work they began has come to rest: a running emulator has then made every `POST` that was due and has its
/// answer. What a sleeper outside the emulator does after it woke cannot be known, and is not waited for.
///
/// ```swift
/// let clock = SteppedClock()
/// configuration.clock = clock.clock
/// // …
/// await clock.advance(by: .seconds(4 * 3600))
/// ```
public final class SteppedClock: Sendable {
    /// Somebody who does work of its own accord when its time has come.
    struct Participant: Sendable {
        /// When there will be work again; `nil` if only others can bring some.
        var next: @Sendable () -> Int64?
        /// Tells it that the clock has moved.
        var moved: @Sendable () -> Void
        /// Returns when everything that is due now is done.
        var settle: @Sendable () async -> Void
    }

    private struct State {
        var now: Int64
        var lastNumber = 0
        var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
        var agenda = Agenda<Int>()
        var participants: [(number: Int, participant: Participant)] = []
        var isAdvancing = false
        /// Those who want to advance it after whoever does now.
        var turns = Deque<CheckedContinuation<Void, Never>>()

        mutating func number() -> Int {
            self.lastNumber += 1
            return self.lastNumber
        }
    }

    private let state: Mutex<State>

    /// - Parameter start: What it shows first, in milliseconds since 1970. The real time.
    public init(startingAt start: Int64 = EmulatorClock.system.now()) {
        self.state = Mutex(State(now: start))
    }

    /// This clock, for a ``GraphEmulatorConfiguration``.
    public var clock: EmulatorClock {
        EmulatorClock(now: { self.now }, sleep: { try await self.sleep($0) }, stepped: self)
    }

    /// Milliseconds since 1970.
    public var now: Int64 { self.state.withLock { $0.now } }

    /// How many sleep.
    package var sleeperCount: Int { self.state.withLock { $0.sleepers.count } }

    /// Moves the clock forward, lets happen what happens meanwhile, and returns when it has come to rest.
    ///
    /// Of several who call this at once, one after the other does it. If the task is cancelled, the clock stays where it is.
    public func advance(by duration: Duration) async {
        await self.takeTurn()
        let end = self.now + max(0, duration.milliseconds)
        while !Task.isCancelled {
            let participants = self.state.withLock { $0.participants.map(\.participant) }
            for participant in participants { await participant.settle() }
            // Somebody may have begun something while others came to rest; what they want is asked afterwards.
            let moment = participants.compactMap { $0.next() }.min()
            guard self.move(towards: end, atMostTo: moment) else { break }
            for participant in participants { participant.moved() }
        }
        self.passTurn()
    }

    /// Shows another time without anything happening meanwhile.
    func jump(to now: Int64) { self.state.withLock { $0.now = now } }

    /// Suspends until the clock has been moved this far.
    func sleep(_ duration: Duration) async throws {
        let number = self.state.withLock { $0.number() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = self.state.withLock { state in
                    // A cancellation before this point found nobody asleep, but it is visible here.
                    guard !Task.isCancelled else { return true }
                    state.sleepers[number] = continuation
                    state.agenda.set(number, at: state.now + max(1, duration.milliseconds))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = self.state.withLock { state in
                state.agenda.remove(number)
                return state.sleepers.removeValue(forKey: number)
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    /// - Returns: What to give to ``leave(_:)``.
    func join(_ participant: Participant) -> Int {
        self.state.withLock { state in
            let number = state.number()
            state.participants.append((number, participant))
            return number
        }
    }

    func leave(_ number: Int) {
        self.state.withLock { state in state.participants.removeAll { $0.number == number } }
    }

    /// Goes to the next moment at which somebody wants to wake, and wakes the sleepers.
    ///
    /// - Returns: Whether there was one; otherwise the clock is at `end` now.
    private func move(towards end: Int64, atMostTo moment: Int64?) -> Bool {
        let (woken, isThere) = self.state.withLock { state -> ([CheckedContinuation<Void, any Error>], Bool) in
            let next = [state.agenda.next, moment].compactMap(\.self).min()
            guard let next, next <= end else {
                state.now = end
                return ([], false)
            }
            state.now = max(state.now, next)
            var woken: [CheckedContinuation<Void, any Error>] = []
            while let number = state.agenda.pop(by: state.now) {
                if let sleeper = state.sleepers.removeValue(forKey: number) { woken.append(sleeper) }
            }
            return (woken, true)
        }
        for sleeper in woken { sleeper.resume() }
        return isThere
    }

    private func takeTurn() async {
        await withCheckedContinuation { continuation in
            let isFree = self.state.withLock { state in
                if state.isAdvancing {
                    state.turns.append(continuation)
                    return false
                }
                state.isAdvancing = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func passTurn() {
        let next = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            let next = state.turns.popFirst()
            state.isAdvancing = next != nil
            return next
        }
        next?.resume()
    }
}
