import JSONBytes
import Logging
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes one line for each message to standard error: when, how grave, what, and the values.
///
/// `2026-11-24T09:30:00.123Z warning The log could not be read error="no space left" tries=3`
struct LineLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let now: @Sendable () -> Int64
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - logLevel: What is less grave is not written.
    ///   - now: Milliseconds since 1970.
    ///   - write: Takes one line, without its end.
    init(
        logLevel: Logger.Level, now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) },
        write: @escaping @Sendable (String) -> Void = Terminal.complain
    ) {
        self.logLevel = logLevel
        self.now = now
        self.write = write
    }

    /// Makes this the log of the whole process. To be called once.
    static func bootstrap(_ level: Logger.Level) {
        LoggingSystem.bootstrap(
            { _, provider in
                var handler = LineLogHandler(logLevel: level)
                handler.metadataProvider = provider
                return handler
            }, metadataProvider: nil)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var time = ByteBuffer()
        time.writeISO8601(millisecondsSince1970: self.now())
        var line = "\(String(buffer: time)) \(event.level.rawValue) \("\(event.message)".withoutControlCharacters)"
        var values = self.metadata
        if let provided = self.metadataProvider?.get() { values.merge(provided) { $1 } }
        if let own = event.metadata { values.merge(own) { $1 } }
        if let error = event.error { values["error"] = "\(error)" }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.shown(value))" }
        self.write(line)
    }

    /// A value without white space as it is, and any other in quotes.
    private static func shown(_ value: Logger.MetadataValue) -> String {
        let text = "\(value)".withoutControlCharacters
        guard text.isEmpty || text.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
