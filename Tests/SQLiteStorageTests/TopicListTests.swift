import Testing

@testable import SQLiteStorage

@Suite struct TopicListTests {
    @Test(arguments: [[], ["all"], ["all", "user/ann@example.com", "subscription/a b, c"], ["a\r", "b"]])
    func comesBackAsItWas(topics: [String]) throws {
        #expect(TopicList.topics(in: try TopicList.text(of: topics)) == topics)
    }

    @Test(arguments: ["two\nlines", "\n", "with a carriage return too\r\n"])
    func refusesWhatWouldComeBackOtherwise(topic: String) {
        let error = #expect(throws: StorageError.self) { try TopicList.text(of: ["all", topic]) }
        #expect(error?.description.contains(topic) == false)
    }
}
