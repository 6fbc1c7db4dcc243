import Testing

@testable import GraphEmulator

struct SuggestionTests {
    @Test(arguments: [
        ("tenentId", "tenantId"), ("TENANTID", "tenantId"), ("prot", "port"), ("hots", "host"), ("publicURL", "publicUrl"),
        ("TIDINGS_HTTP_PROT", "TIDINGS_HTTP_PORT"),
    ])
    func findsWhatWasMeant(word: String, meant: String) {
        let candidates = ["tenantId", "clientId", "port", "host", "publicUrl", "TIDINGS_HTTP_PORT", "TIDINGS_HTTP_HOST"]
        #expect(Suggestion.nearest(to: word, among: candidates) == meant)
    }

    @Test(arguments: ["", "x", "banana", "subscription"])
    func doesNotGuessWildly(word: String) {
        #expect(Suggestion.nearest(to: word, among: ["tenantId", "port", "resource"]) == nil)
    }

    @Test func theFirstOfTwoThatAreEquallyNearWins() {
        #expect(Suggestion.nearest(to: "aab", among: ["aaa", "aac"]) == "aaa")
    }

    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("ab", "xyab", 2),
        ("kitten", "sitting", 3), ("ca", "abc", 3),
    ])
    func theDistanceCountsChanges(first: String, second: String, distance: Int) {
        #expect(Suggestion.distance(Array(first.unicodeScalars), Array(second.unicodeScalars)) == distance)
        #expect(Suggestion.distance(Array(second.unicodeScalars), Array(first.unicodeScalars)) == distance)
    }
}
