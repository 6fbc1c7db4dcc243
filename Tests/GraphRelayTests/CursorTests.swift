import Testing

@testable import GraphRelay

@Suite struct CursorTests {
    @Test(arguments: ["k3x9-0", "k3x9-1042", "e-9223372036854775807"])
    func readsWhatItWrites(text: String) throws {
        let cursor = try #require(Cursor(text))
        #expect(cursor.description == text)
    }

    @Test(arguments: [
        "", "-", "5", "k3x9", "k3x9-", "-5", "k3x9--5", "k3x9-5x", "k3x9- 5", "k3x9-9223372036854775808", "k3x9-5-6",
        String(repeating: "e", count: 65) + "-5",
    ])
    func refusesWhatIsNone(text: String) {
        #expect(Cursor(text) == nil)
        let error = #expect(throws: RelayError.self) { try Cursor(checking: text) }
        #expect(error?.code == .invalidRequest && error?.isRetryable == false)
    }
}
