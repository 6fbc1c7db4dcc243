import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite struct GraphTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-29T09:30:00Z", 1_795_944_600_000), ("2026-11-29T09:30:00.001Z", 1_795_944_600_001),
        ("2026-11-29T09:30:00.0000000Z", 1_795_944_600_000), ("2026-11-29T09:30:00.1239999Z", 1_795_944_600_123),
        ("2026-11-29T09:30:00.5+00:00", 1_795_944_600_500), ("2026-11-29T10:30:00+01:00", 1_795_944_600_000),
        ("2026-11-29T01:30:00-08:00", 1_795_944_600_000), ("2026-11-29T09:30:00", 1_795_944_600_000),
        ("2026-11-29t09:30:00z", 1_795_944_600_000), ("2024-02-29T23:59:59Z", 1_709_251_199_000),
        ("2000-03-01T00:00:00Z", 951_868_800_000), ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
    ])
    func readsMoments(text: String, milliseconds: Int64) {
        #expect(GraphTime.milliseconds(iso8601: text) == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-29", "2026-11-29 09:30:00Z", "2026-13-29T09:30:00Z", "2026-11-32T09:30:00Z",
        "2026-11-29T24:30:00Z", "2026-11-29T09:60:00Z", "2026-11-29T09:30:00.Z", "2026-11-29T09:30:00Zx",
        "2026-11-29T09:30:00+1", "2026-11-29T09:30:00*01:00", "2018-09-5T00:00:00Z", "-026-11-29T09:30:00Z",
    ])
    func refusesOthers(text: String) {
        #expect(GraphTime.milliseconds(iso8601: text) == nil)
    }

    @Test func writesWhatItReads() {
        #expect(GraphTime.iso8601(1_795_944_600_001) == "2026-11-29T09:30:00.001Z")
        for milliseconds in stride(from: -62_135_596_800_000, through: 253_402_300_799_999, by: 987_654_321_987) {
            #expect(GraphTime.milliseconds(iso8601: GraphTime.iso8601(Int64(milliseconds))) == Int64(milliseconds))
        }
    }

    @Test func readsHTTPDates() {
        #expect(GraphTime.milliseconds(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777_000)
        for text in ["", "Sun, 06 Nov 1994 08:49:37", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT", "5"] {
            #expect(GraphTime.milliseconds(httpDate: text) == nil)
        }
    }

    @Test(arguments: [
        ("5", 5_000), ("2.128", 2_128), ("0", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 7_000),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0), ("99999999999999", 3_600_000), ("Fri, 31 Dec 9999 23:59:59 GMT", 3_600_000),
        ("-5", nil), ("soon", nil), ("nan", nil), ("inf", 3_600_000),
    ])
    func readsRetryAfter(text: String, milliseconds: Int64?) {
        let wait = GraphError.retryAfter(["Retry-After": text], now: 784_111_770_000)
        #expect(wait?.milliseconds == milliseconds)
    }
}
