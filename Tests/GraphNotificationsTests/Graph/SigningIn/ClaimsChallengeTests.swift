import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite struct ClaimsChallengeTests {
    private func claims(_ values: String...) -> String? {
        var headers = HTTPHeaders()
        for value in values { headers.add(name: "WWW-Authenticate", value: value) }
        return ClaimsChallenge.claims(in: headers)
    }

    @Test(arguments: [
        #"Bearer realm="", error="insufficient_claims", claims="eyJhIjoi8J+YgD8ifQ==""#,
        #"Bearer realm="", error="insufficient_claims", claims="eyJhIjoi8J-YgD8ifQ""#,
        #"Bearer claims="eyJhIjoi8J+YgD8ifQ==", error="insufficient_claims""#,
    ])
    func readsBothAlphabets(header: String) {
        #expect(self.claims(header) == #"{"a":"😀?"}"#)
    }

    @Test func findsItAmongOthers() {
        #expect(self.claims("Basic realm=x", #"Bearer error="insufficient_claims", claims="e30=""#) == "{}")
    }

    @Test(arguments: [
        "", "Bearer", #"Bearer error="invalid_token", claims="e30=""#, #"Bearer error="insufficient_claims""#,
        #"Bearer error="insufficient_claims", claims="???""#, #"Bearer error="insufficient_claims", claims="WzFd""#,
        #"Bearer error="insufficient_claims", claims="/w==""#, #"Bearer error="insufficient_claims", claims="e30geA==""#,
        #"Bearer error="insufficient_claims", claims="\#(String(repeating: "A", count: 9_000))""#,
    ])
    func refusesOthers(header: String) {
        #expect(self.claims(header) == nil)
    }
}
