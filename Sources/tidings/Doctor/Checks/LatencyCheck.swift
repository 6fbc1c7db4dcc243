/// Whether the webhook answers soon enough. Graph gives it 3 seconds, and punishes those that are slow too often.
struct LatencyCheck: DoctorCheck {
    static let limit = Duration.seconds(3)
    private static let comfortable = Duration.seconds(1)

    func findings(in observed: Observations) -> [Finding] {
        guard let latencies = observed.endpoint?.latencies, let slowest = Self.percentile99(latencies) else { return [] }
        let seen = "99 of 100 answers come within \(slowest.components.seconds * 1000 + Self.milliseconds(slowest)) ms"
        if slowest > Self.limit {
            return [
                Finding(
                    "latency", .failed,
                    "\(seen), and Graph waits 3,000 ms: what is slow it delays, and then drops. Look at the proxy and the disk."
                )
            ]
        }
        guard slowest <= Self.comfortable else {
            return [Finding("latency", .warning, "\(seen), of the 3,000 ms that Graph waits: look at the proxy and the network.")]
        }
        return [Finding("latency", .ok, "\(seen), as seen in \(latencies.count) tries; Graph waits 3,000 ms.")]
    }

    /// The value that 99 of 100 do not exceed; of less than 100 it is the largest.
    static func percentile99(_ values: [Duration]) -> Duration? {
        guard !values.isEmpty else { return nil }
        let rank = (values.count * 99 + 99) / 100
        return values.sorted()[rank - 1]
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { duration.components.attoseconds / 1_000_000_000_000_000 }
}
