import Metrics
import Synchronization

/// One time series, or the few that make up a histogram.
protocol PrometheusSeries: AnyObject, Sendable {
    /// Appends its lines. `labels` is empty, or `{…}`.
    func write(name: String, labels: String, to text: inout String)
}

/// A number that only grows.
final class PrometheusCounter: PrometheusSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { self.value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { self.value.store(0, ordering: .relaxed) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels) \(self.value.load(ordering: .relaxed))\n"
    }
}

/// A number that goes up and down: the last one that was recorded.
final class PrometheusGauge: PrometheusSeries, RecorderHandler {
    private let bits = Atomic<UInt64>(0)

    func record(_ value: Int64) { self.record(Double(value)) }
    func record(_ value: Double) { self.bits.store(value.bitPattern, ordering: .relaxed) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels) \(PrometheusText.number(Double(bitPattern: self.bits.load(ordering: .relaxed))))\n"
    }
}

/// How often a value was at most so much.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    /// From a millisecond to the three seconds that Graph waits, and beyond.
    static let seconds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 3, 10]
    static let sizes = [1.0, 10, 100, 1000, 10_000, 100_000, 1_000_000]

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: The upper bounds of the buckets, ascending; the last one, without a bound, is added.
    init(bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func recordNanoseconds(_ duration: Int64) { self.record(Double(duration) / 1e9) }
    func record(_ value: Int64) { self.record(Double(value)) }

    func record(_ value: Double) {
        let bucket = self.bounds.firstIndex { value <= $0 } ?? self.bounds.count
        self.state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func write(name: String, labels: String, to text: inout String) {
        let state = self.state.withLock { $0 }
        var count: UInt64 = 0
        for (bound, inBucket) in zip(self.bounds + [.infinity], state.counts) {
            count += inBucket
            text += "\(name)_bucket\(PrometheusText.labels(labels, and: "le", bound)) \(count)\n"
        }
        text += "\(name)_sum\(labels) \(PrometheusText.number(state.sum))\n"
        text += "\(name)_count\(labels) \(count)\n"
    }
}
