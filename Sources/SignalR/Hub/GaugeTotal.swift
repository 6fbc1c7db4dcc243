import Metrics
import Synchronization

/// A gauge of what several event loops have together.
final class GaugeTotal: Sendable {
    private let gauge: Gauge
    private let total = Atomic(0)

    init(_ gauge: Gauge) {
        self.gauge = gauge
        gauge.record(0)
    }

    /// One of them has more than before, or less. From any thread.
    func change(by difference: Int) {
        self.gauge.record(self.total.add(difference, ordering: .relaxed).newValue)
    }
}
