import Metrics
import Synchronization

/// Keeps the metrics of this process, and writes them in Prometheus' text format.
///
/// A counter `tidings.relay.updates` is written as `tidings_relay_updates_total`, a timer as a histogram in seconds.
/// A metric of the same name and dimensions is the same metric, however often it is made.
final class PrometheusMetrics: MetricsFactory {
    private struct Family {
        let kind: String
        /// By its labels in their written form.
        var series: [String: any PrometheusSeries] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    /// Everything that was counted, in version 0.0.4 of the text format.
    func text() -> String {
        // The lock guards the table only; what the series hold is read without it.
        let families = self.families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            text += "# TYPE \(name) \(family.kind)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        return text
    }

    // MARK: - MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        self.series(PrometheusText.name(label, suffix: "_total"), kind: "counter", dimensions) { PrometheusCounter() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let name = PrometheusText.name(label)
        guard aggregate else { return self.series(name, kind: "gauge", dimensions) { PrometheusGauge() } }
        return self.series(name, kind: "histogram", dimensions) { PrometheusHistogram(bounds: PrometheusHistogram.sizes) }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        self.series(PrometheusText.name(label, suffix: "_seconds"), kind: "histogram", dimensions) {
            PrometheusHistogram(bounds: PrometheusHistogram.seconds)
        }
    }

    func destroyCounter(_ handler: any CounterHandler) { self.remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { self.remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { self.remove(handler) }

    private func series<Series: PrometheusSeries>(
        _ name: String, kind: String, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series {
        let labels = PrometheusText.labels(dimensions)
        return self.families.withLock { families in
            if let known = families[name]?.series[labels] as? Series { return known }
            let series = make()
            // A name that is already another kind of metric keeps its first meaning; this one is not shown.
            if families[name, default: Family(kind: kind)].kind == kind {
                families[name, default: Family(kind: kind)].series[labels] = series
            }
            return series
        }
    }

    private func remove(_ handler: AnyObject) {
        self.families.withLock { families in
            for (name, family) in families {
                families[name]?.series = family.series.filter { $0.value !== handler }
            }
        }
    }
}
