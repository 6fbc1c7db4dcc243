import ArgumentParser
import Logging
import Testing

@testable import tidings

struct CommandTests {
    @Test func developmentHasDefaults() throws {
        let dev = try #require(try Tidings.parseAsRoot(["dev"]) as? Dev)
        #expect(dev.port == 8080)
        #expect(dev.emulatorPort == 8081)
        #expect(dev.data == ".tidings/dev")
        #expect(!dev.quiet)
        #expect(dev.logLevel == .notice)
    }

    @Test func optionsAreRead() throws {
        let serve = try #require(
            try Tidings.parseAsRoot([
                "serve", "--config", "t.yaml", "--port", "81", "--log-level", "trace", "--set", "a=b", "--set", "c=d",
            ]) as? Serve
        )
        #expect(serve.sources.config == "t.yaml")
        #expect(serve.port == 81)
        #expect(serve.logLevel == .trace)
        #expect(serve.sources.assignments == ["a=b", "c=d"])
        let tail = try #require(try Tidings.parseAsRoot(["tail", "--after", "k-1", "--json", "--topics", "all,user/x"]) as? Tail)
        #expect(tail.after == "k-1")
        #expect(tail.json)
    }

    @Test(arguments: [
        ["dev", "--port", "0"], ["dev", "--port", "65536"], ["dev", "--port", "80", "--emulator-port", "80"],
        ["serve", "--port", "-1"], ["emulate", "--port", "x"], ["tail", "--topics", ","], ["serve", "--log-level", "loud"],
        ["nonsense"], ["subscriptions", "show", "a/b"], ["subscriptions", "renew", ".."], ["subscriptions", "create", "a"],
        ["subscriptions", "list", "--device-code"],
    ])
    func wrongUsageIsRefusedByTheParser(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Tidings.parseAsRoot(arguments) }
        #expect(error.map { Tidings.exitCode(for: $0) } == .validationFailure)
    }
}
