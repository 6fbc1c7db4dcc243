import Metrics
import Testing

@testable import tidings

struct PrometheusMetricsTests {
    @Test func everyKindIsWritten() {
        let metrics = PrometheusMetrics()
        Counter(label: "tidings.relay.updates", factory: metrics).increment(by: 3)
        Counter(label: "tidings.posts", dimensions: [("outcome", "ok"), ("a", "x\"y\\\n")], factory: metrics).increment()
        Gauge(label: "tidings.relay.held", factory: metrics).record(2.5)
        let timer = Timer(label: "tidings.batch", factory: metrics)
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(2_000_000_000)
        timer.recordNanoseconds(60_000_000_000)
        #expect(
            metrics.text() == """
                # TYPE tidings_batch_seconds histogram
                tidings_batch_seconds_bucket{le="0.001"} 1
                tidings_batch_seconds_bucket{le="0.005"} 1
                tidings_batch_seconds_bucket{le="0.025"} 1
                tidings_batch_seconds_bucket{le="0.1"} 1
                tidings_batch_seconds_bucket{le="0.5"} 1
                tidings_batch_seconds_bucket{le="1"} 1
                tidings_batch_seconds_bucket{le="3"} 2
                tidings_batch_seconds_bucket{le="10"} 2
                tidings_batch_seconds_bucket{le="+Inf"} 3
                tidings_batch_seconds_sum 62.001
                tidings_batch_seconds_count 3
                # TYPE tidings_posts_total counter
                tidings_posts_total{a="x\\"y\\\\\\n",outcome="ok"} 1
                # TYPE tidings_relay_held gauge
                tidings_relay_held 2.5
                # TYPE tidings_relay_updates_total counter
                tidings_relay_updates_total 3

                """
        )
    }

    @Test func theSameNameAndDimensionsAreTheSameMetric() {
        let metrics = PrometheusMetrics()
        Counter(label: "a", dimensions: [("x", "1"), ("y", "2")], factory: metrics).increment()
        Counter(label: "a", dimensions: [("y", "2"), ("x", "1")], factory: metrics).increment()
        #expect(metrics.text() == "# TYPE a_total counter\na_total{x=\"1\",y=\"2\"} 2\n")
    }

    @Test func aNameKeepsItsFirstKind() {
        let metrics = PrometheusMetrics()
        Gauge(label: "a_total", factory: metrics).record(1)
        Counter(label: "a", factory: metrics).increment()
        #expect(metrics.text() == "# TYPE a_total gauge\na_total 1\n")
    }

    @Test func aDestroyedMetricIsGone() {
        let metrics = PrometheusMetrics()
        let counter = Counter(label: "a", factory: metrics)
        counter.increment()
        counter.destroy()
        #expect(metrics.text() == "")
    }

    @Test func floatingPointCountersAndMetersWork() {
        let metrics = PrometheusMetrics()
        let counter = FloatingPointCounter(label: "f", factory: metrics)
        counter.increment(by: 1.5)
        counter.increment(by: 1.5)
        Meter(label: "m", factory: metrics).set(7)
        let text = metrics.text()
        #expect(text.contains("f_total 3\n"))
        #expect(text.contains("m 7\n"))
    }

    @Test func aRecorderCountsSizes() {
        let metrics = PrometheusMetrics()
        let recorder = Recorder(label: "r", factory: metrics)
        recorder.record(10)
        recorder.record(11)
        let text = metrics.text()
        #expect(text.contains("r_bucket{le=\"10\"} 1\n"))
        #expect(text.contains("r_bucket{le=\"100\"} 2\n"))
        #expect(text.contains("r_sum 21\n"))
    }

    @Test(arguments: [
        ("http.server.request-duration", "http_server_request_duration"), ("9lives", "_9lives"), ("", "_"), ("a:b", "a:b"),
        ("ümlaut", "_mlaut"),
    ])
    func namesAreMadeFit(label: String, name: String) {
        #expect(PrometheusText.name(label) == name)
    }

    @Test func manyThreadsCountExactly() async {
        let metrics = PrometheusMetrics()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 { Counter(label: "c", factory: metrics).increment() }
                }
            }
        }
        #expect(metrics.text().hasSuffix("c_total 8000\n"))
    }
}
