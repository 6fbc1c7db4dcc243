import Metrics
import Synchronization

/// Counts what is recorded, by label and last dimension.
final class Counters: MetricsFactory, Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let values = Mutex<[String: Int]>([:])
    private let made = Mutex<Set<String>>([])

    subscript(_ label: String, _ dimension: String) -> Int { self.counts.withLock { $0["\(label) \(dimension)"] ?? 0 } }

    /// All that was made, each with its last dimension.
    var labels: Set<String> { self.made.withLock { $0 } }

    /// What a gauge says; `nil` if it has never said anything.
    func gauge(_ label: String) -> Int? { self.values.withLock { $0[label] } }

    /// What the gauge with this last dimension says.
    func gauge(_ label: String, _ dimension: String) -> Int? { self.values.withLock { $0["\(label) \(dimension)"] } }

    private final class Handle: CounterHandler, RecorderHandler, TimerHandler, MeterHandler, Sendable {
        let add: @Sendable (Int) -> Void
        let note: @Sendable (Int) -> Void
        init(_ add: @escaping @Sendable (Int) -> Void, note: @escaping @Sendable (Int) -> Void) {
            self.add = add
            self.note = note
        }
        func increment(by amount: Int64) { self.add(Int(amount)) }
        func reset() {}
        func record(_ value: Int64) {
            self.add(1)
            self.note(Int(value))
        }
        func record(_ value: Double) {
            self.add(1)
            self.note(Int(value))
        }
        func recordNanoseconds(_ duration: Int64) { self.add(1) }
        func set(_ value: Int64) {}
        func set(_ value: Double) {}
        func increment(by amount: Double) {}
        func decrement(by amount: Double) {}
    }

    private func handle(_ label: String, _ dimensions: [(String, String)]) -> Handle {
        let key = "\(label) \(dimensions.last?.1 ?? "")"
        self.made.withLock { _ = $0.insert(key) }
        return Handle { count in
            self.counts.withLock { $0[key, default: 0] += count }
        } note: { value in
            self.values.withLock {
                $0[label] = value
                $0[key] = value
            }
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { self.handle(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        self.handle(label, dimensions)
    }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { self.handle(label, dimensions) }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { self.handle(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
