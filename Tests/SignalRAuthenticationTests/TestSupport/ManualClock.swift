import Synchronization

/// Milliseconds that pass when the test says so.
final class ManualClock: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ milliseconds: Int64 = 1_000_000_000) { self.milliseconds = Mutex(milliseconds) }

    var now: Int64 { self.milliseconds.withLock { $0 } }

    func advance(by milliseconds: Int64) { self.milliseconds.withLock { $0 += milliseconds } }
}
