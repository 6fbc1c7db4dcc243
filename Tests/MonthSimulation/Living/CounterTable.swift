import CoreMetrics
import Synchronization

/// Counts by label, over all lives of the process.
final class CounterTable: MetricsFactory {
    private final class Handler: CounterHandler {
        let table: CounterTable
        let key: String

        init(_ table: CounterTable, _ key: String) {
            self.table = table
            self.key = key
        }

        func increment(by amount: Int64) { self.table.counts.withLock { $0[self.key, default: 0] += amount } }
        func reset() {}
    }

    private let counts = Mutex<[String: Int64]>([:])

    subscript(label: String) -> Int64 { self.counts.withLock { $0[label] ?? 0 } }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(self, ([label] + dimensions.map(\.1)).joined(separator: " "))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
