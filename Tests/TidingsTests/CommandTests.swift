import ArgumentParser
import GraphEmulator
import Logging
import Testing

@testable import tidings

struct CommandTests {
    @Test func developmentHasDefaults() throws {
        let dev = try #require(try Tidings.parseAsRoot(["dev"]) as? Dev)
        #expect(dev.port == 8080)
        #expect(dev.emulatorPort == 8081)
        #expect(dev.emulatorAdminPort == nil)
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

    @Test func withoutASubcommandTheEmulatorStarts() throws {
        let run = try #require(
            try Tidings.parseAsRoot(["emulate", "--port", "9001", "--clock", "scaled:60", "--state", "s.json"]) as? Emulate.Run
        )
        #expect(run.port == 9001)
        #expect(run.adminPort == 8082)
        #expect(run.clock.mode == .scaled(60))
        #expect(run.state == "s.json")
        #expect(run.seed == nil && run.tlsPort == nil && run.adminHost == nil)
        let grant = try #require(
            try Tidings.parseAsRoot(["emulate", "grant", "Mail.Read", "Contoso Relay"]) as? Emulate.Grant
        )
        #expect(grant.options.application == "Contoso Relay" && !grant.options.delegated)
        #expect(try Tidings.parseAsRoot(["emulate", "fault"]) is Emulate.FaultCommand.List)
        let advance = try #require(try Tidings.parseAsRoot(["emulate", "advance", "PT4H"]) as? Emulate.Advance)
        #expect(advance.emulator.admin == "http://127.0.0.1:8082")
    }

    @Test(arguments: [
        ["dev", "--port", "0"], ["dev", "--port", "65536"], ["dev", "--port", "80", "--emulator-port", "80"],
        ["dev", "--emulator-admin-port", "8081"],
        ["serve", "--port", "-1"], ["emulate", "--port", "x"], ["emulate", "--port", "90", "--admin-port", "90"],
        ["emulate", "--clock", "scaled:0"], ["emulate", "lose"], ["emulate", "grant", "Mail.Read"],
        ["emulate", "--tls-port", "8082"], ["emulate", "--event-storm", "-1"], ["emulate", "send", "--count", "0"],
        ["emulate", "deliveries", "--follow", "--limit", "1"], ["tail", "--topics", ","], ["serve", "--log-level", "loud"],
        ["nonsense"], ["subscriptions", "show", "a/b"], ["subscriptions", "renew", ".."], ["subscriptions", "create", "a"],
        ["subscriptions", "list", "--device-code"],
    ])
    func wrongUsageIsRefusedByTheParser(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Tidings.parseAsRoot(arguments) }
        #expect(error.map { Tidings.exitCode(for: $0) } == .validationFailure)
    }
}
