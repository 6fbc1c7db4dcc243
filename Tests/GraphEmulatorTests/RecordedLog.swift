import Logging
import Synchronization

/// Keeps what is logged, for a test to look at.
final class RecordedLog: Sendable {
    private let entries = Mutex<[(level: Logger.Level, message: String)]>([])

    /// What was logged as a warning or worse.
    var warnings: [String] {
        self.entries.withLock { $0.filter { $0.level >= .warning }.map(\.message) }
    }

    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = .trace
        return logger
    }

    private func add(_ level: Logger.Level, _ message: String) {
        self.entries.withLock { $0.append((level, message)) }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            self.log.add(event.level, "\(event.message)")
        }
    }
}
