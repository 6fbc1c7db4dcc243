import ArgumentParser
import Configuration

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where the configuration is, for every command that reads it.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "The configuration file.")
    var config: String?
    @Option(help: "Where data are kept, instead of storage.directory.")
    var data: String?
    @Option(name: .customLong("set"), help: ArgumentHelp("Any other key.", valueName: "key=value"))
    var assignments: [String] = []

    /// What all sources together say.
    ///
    /// - Parameter options: What was given as an option of the command's own.
    func settings(_ options: [(key: ConfigurationKey, value: ConfigContent)] = []) async throws(Failure) -> ServerSettings {
        let place: [(key: ConfigurationKey, value: ConfigContent)] = self.data.map { [(.directory, .string($0))] } ?? []
        return try ServerSettings(
            await ConfigurationSources(
                file: self.config, environment: ProcessInfo.processInfo.environment, options: options + place,
                assignments: self.assignments
            )
        )
    }
}
