#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What time it is for the emulator, and how it waits: in real time, faster, or only when told.
///
/// Everything that takes minutes or days goes by this clock: expiries, renewals, waits before another attempt, states of
/// slow endpoints. What other machines do does not: a receiver has its 3 or 10 real seconds to answer whatever this clock
/// says, and how long it took is measured in real time. Otherwise every receiver would be too slow as soon as the clock is
/// fast, and none as long as it stands. Slow receivers are played by ``Fault``s.
public struct EmulatorClock: Sendable {
    /// Milliseconds since 1970.
    public var now: @Sendable () -> Int64
    /// Suspends for this long; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// Who moves it by hand, if somebody does.
    let stepped: SteppedClock?
    /// Who can switch it to going otherwise, if somebody can.
    let switched: SwitchedClock?
    /// How many seconds pass in a real one, if it goes by itself.
    private(set) var rate = 1.0

    public init(now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.init(now: now, sleep: sleep, stepped: nil)
    }

    init(
        now: @escaping @Sendable () -> Int64, sleep: @escaping @Sendable (Duration) async throws -> Void,
        stepped: SteppedClock?, switched: SwitchedClock? = nil
    ) {
        self.now = now
        self.sleep = sleep
        self.stepped = stepped
        self.switched = switched
    }

    /// The wall clock, and real waiting.
    public static let system = EmulatorClock(
        now: { Int64(Date().timeIntervalSince1970 * 1000) },
        sleep: { try await Task.sleep(for: $0) }
    )

    /// A clock that shows the right time now and goes `rate` times as fast as `base` from here on.
    ///
    /// - Parameter rate: How many seconds pass in one of `base`. 3,600 lets an hour pass in a second. Above 0.
    public static func scaled(by rate: Double, of base: EmulatorClock = .system) -> EmulatorClock {
        precondition(rate > 0, "A clock must go forward")
        let start = base.now()
        var clock = EmulatorClock(
            now: { start + Int64((Double(base.now() - start) * rate).rounded(.down)) },
            sleep: { try await base.sleep($0 / rate) }
        )
        clock.rate = rate
        return clock
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        self.components.seconds * 1000 + self.components.attoseconds / 1_000_000_000_000_000
    }
}
