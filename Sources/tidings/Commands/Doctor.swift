import ArgumentParser
import AsyncHTTPClient
import NIOCore

/// `tidings doctor`: what is wrong, and what to do about it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, the credentials and the public address, and say what to do.",
        discussion: """
            Run it beside a running relay, with the same configuration: it asks Graph for a token, looks at what the token may do, \
            and asks the public address what Graph would ask. It changes nothing, and ends with status 1 if something failed.
            """
    )

    @OptionGroup var configuration: ConfigurationOptions
    @Flag(help: "Show the findings as JSON.")
    var json = false

    func run() async throws {
        let settings: Result<ServerSettings, Failure>
        do {
            settings = .success(try await self.configuration.settings())
        } catch {
            settings = .failure(error)
        }
        let httpClient = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .ofCommand(silence: .seconds(15))
        )
        let diagnosis = Diagnosis(await Examination(httpClient: httpClient).observe(settings))
        try? await httpClient.shutdown()
        if self.json {
            try Terminal.say(try diagnosis.json())
        } else {
            for line in diagnosis.lines { try Terminal.say(line) }
        }
        guard diagnosis.healthy else { throw ExitCode(1) }
    }
}
