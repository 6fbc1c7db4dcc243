import ArgumentParser
import Configuration
import Logging
import Metrics

/// `tidings serve`: the relay for real, as its configuration says.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the relay, as its configuration says.",
        discussion: """
            Every key, with its default, is in tidings.example.yaml. Each can be set in the file, in the environment \
            (http.port as TIDINGS_HTTP_PORT), or with --set; options count most, the file least.
            """
    )

    @OptionGroup var sources: ConfigurationOptions
    @Option(help: "The address to listen at, instead of http.host.")
    var host: String?
    @Option(help: "The port to listen at, instead of http.port.")
    var port: Int?
    @Option(help: "What is written to standard error, instead of log.level.")
    var logLevel: Logger.Level?

    func validate() throws {
        if let port = self.port { try self.check(port: port, option: "--port") }
    }

    func run() async throws {
        let settings = try await self.sources.settings(self.options)
        LineLogHandler.bootstrap(settings.logLevel)
        let logger = Logger(label: "tidings")
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        OpenFileLimit.raise()
        do {
            let assembly = try Assembly(
                settings, mode: .serve, readiness: Readiness(of: [.listener]), metrics: metrics, logger: logger
            )
            logger.info(
                "Starting",
                metadata: [
                    "version": "\(Tidings.version)", "url": "\(settings.localURL)", "data": "\(settings.dataDirectory)",
                    "subscriptions": "\(settings.managed.count + settings.external.count)",
                ]
            )
            try await assembly.run()
        } catch {
            throw Failure(error)
        }
    }

    private var options: [(key: ConfigurationKey, value: ConfigContent)] {
        var options: [(key: ConfigurationKey, value: ConfigContent)] = []
        if let host = self.host { options.append((.host, .string(host))) }
        if let port = self.port { options.append((.port, .int(port))) }
        if let level = self.logLevel { options.append((.logLevel, .string(level.rawValue))) }
        return options
    }
}
