import Testing

@testable import GraphEmulator

@Suite struct GraphDateTimeTests {
    @Test(arguments: [
        ("2026-11-24T09:30:00Z", morning), ("2026-11-24T09:30:00.0000000Z", morning), ("2026-11-24T09:30Z", morning),
        ("2026-11-24T11:30:00+02:00", morning), ("2026-11-24T01:00:00-08:30", morning), ("2026-11-24t09:30:00z", morning),
        ("2026-11-24T09:30:00.1Z", morning + 100), ("2026-11-24T09:30:00.1239999Z", morning + 123),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-03-01T00:00:00Z", 951_868_800_000),
        ("1969-12-31T23:59:59.999Z", -1), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func read(_ text: String, _ moment: Int64) {
        #expect(GraphDateTime.parse(text) == moment)
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T09:30:00", "2026-11-24 09:30:00Z", "2018-09-5T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T09:60:00Z",
        "2026-11-24T09:30:60Z", "2026-11-24T09:30:00.Z", "2026-11-24T09:30:00.12345678Z", "2026-11-24T09:30:00+0200",
        "2026-11-24T09:30:00+15:00", "2026-11-24T09:30:00Z ", "+026-11-24T09:30:00Z", "0000-01-01T00:00:00Z",
        "２026-11-24T09:30:00Z", "2026-11-24T09:30:00",
    ])
    func refused(_ text: String) {
        #expect(GraphDateTime.parse(text) == nil)
    }

    @Test func written() {
        #expect(GraphDateTime.utc(morning) == "2026-11-24T09:30:00Z")
        #expect(GraphDateTime.utc(morning + 7) == "2026-11-24T09:30:00.007Z")
        #expect(GraphDateTime.withOffset(morning) == "2026-11-24T09:30:00+00:00")
        #expect(GraphDateTime.withOffset(morning + 120) == "2026-11-24T09:30:00.120+00:00")
        #expect(GraphDateTime.withoutZone(morning + 999) == "2026-11-24T09:30:00")
        #expect(GraphDateTime.seconds(morning + 999) == "2026-11-24T09:30:00Z")
        #expect(GraphDateTime.signIn(morning) == "2026-11-24 09:30:00Z")
    }

    @Test func whatIsWrittenIsReadAgain() {
        var random = EmulatorRandom(seed: 7)
        for _ in 0..<2000 {
            let moment = Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &random)
            #expect(GraphDateTime.parse(GraphDateTime.utc(moment)) == moment)
            #expect(GraphDateTime.parse(GraphDateTime.withOffset(moment)) == moment)
        }
    }
}
