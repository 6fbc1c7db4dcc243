import Logging
import Synchronization

/// Keeps everything that is logged, whatever its level.
final class CapturedLog: Sendable {
    private let kept = Mutex<[String]>([])

    /// Messages, each with its metadata.
    var lines: [String] { self.kept.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = self.metadata.merging(event.metadata ?? [:]) { $1 }
            self.log.kept.withLock { $0.append("\(event.message) \(all)") }
        }
    }
}
