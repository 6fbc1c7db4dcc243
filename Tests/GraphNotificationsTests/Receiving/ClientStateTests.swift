import Testing

@testable import GraphNotifications

@Suite struct ClientStateTests {
    @Test(arguments: [
        ("secret", "secret", true), ("secret", "secreT", false), ("secre", "secret", false), ("secrets", "secret", false),
        ("", "secret", false), ("", "", false), ("x", "", false), ("secretsecret", "secret", false),
        ("ssssss", "s", false), ("s", "ssssss", false), ("é", "é", true), ("e\u{301}", "é", false),
    ])
    func comparesBytes(given: String, expected: String, matches: Bool) {
        #expect(ClientState.matches(given, expected) == matches)
    }

    @Test func nothingDoesNotMatch() {
        #expect(!ClientState.matches(nil as String?, "secret"))
        #expect(!ClientState.matches(nil as String?, ""))
    }

    @Test func randomOnesAreLongUrlSafeAndDifferent() {
        let states = (0..<200).map { _ in ClientState.random() }
        #expect(Set(states).count == 200)
        for state in states {
            #expect(state.utf8.count == 43)
            #expect(state.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        }
        // Every character of the alphabet comes up.
        #expect(Set(states.joined()).count == 64)
    }
}
