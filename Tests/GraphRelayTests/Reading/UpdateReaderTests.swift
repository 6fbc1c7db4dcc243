import NIOCore
import SignalR
import Testing

@testable import GraphRelay

@Suite struct UpdateReaderTests {
    private let log = FakeLog()

    private func page(
        _ topics: [String] = [], after: String? = nil, user: HubUser? = nil, policy: TopicPolicy = .open,
        _ configuration: TopicHubConfiguration = .init()
    ) async throws -> Wire.Answer {
        let reader = UpdateReader(log: self.log, policy: policy, configuration: configuration)
        return Wire.decode(Wire.Answer.self, from: try await reader.page(topics: topics, after: after, for: user))
    }

    private func append(_ topics: [String], times: Int = 1) async throws {
        for _ in 0..<times { try await self.log.append(topics) }
    }

    @Test func whereWeAreNow() async throws {
        #expect(try await self.page() == Wire.Answer(cursor: "e-0", gap: false, oldest: "e-0", updates: []))
        try await self.append(["all"], times: 3)
        self.log.purge(through: 1)
        #expect(try await self.page() == Wire.Answer(cursor: "e-3", gap: false, oldest: "e-1", updates: []))
    }

    @Test func whatCameAfter() async throws {
        for topics in [["all", "a"], ["all", "b"], ["all", "a"], ["all", "b"]] { try await self.append(topics) }
        let all = try await self.page(after: "e-1")
        #expect(all.offsets == [2, 3, 4] && all.cursor == "e-4" && all.cursor == all.updates.last?.cursor)
        let some = try await self.page(["a"], after: "e-0")
        // The cursor is behind what was looked at, not only behind what was wanted.
        #expect(some.offsets == [1, 3] && some.cursor == "e-4")
        #expect(try await self.page(["b", "a"], after: "e-2").offsets == [3, 4])
        #expect(try await self.page(["c"], after: "e-2") == Wire.Answer(cursor: "e-4", gap: false, oldest: "e-0", updates: []))
        #expect(try await self.page(after: "e-4").updates.isEmpty)
    }

    @Test func pagesFollowEachOther() async throws {
        for number in 0..<100 { try await self.append([number % 3 == 0 ? "a" : "b"]) }
        var cursor = "e-0"
        var offsets: [Int64] = []
        for _ in 0..<100 where cursor != "e-100" {
            let page = try await self.page(["a"], after: cursor, .init(pageSize: 5))
            #expect(page.updates.count <= 5 && !page.gap)
            offsets += page.offsets
            cursor = page.cursor
        }
        #expect(offsets == Array(stride(from: 1, through: 100, by: 3)))
    }

    @Test func aPageIsBoundedInBytes() async throws {
        try await self.append(["all"], times: 10)
        let page = try await self.page(after: "e-0", .init(pageBytes: 700))
        #expect(page.updates.count > 1 && page.updates.count < 10)
        #expect(page.cursor == page.updates.last?.cursor)
        // One that is larger than a page comes all the same.
        #expect(try await self.page(after: "e-0", .init(pageBytes: 10)).offsets == [1])
    }

    @Test func looksThroughSomePagesAndGoesOnFromThere() async throws {
        try await self.append(["b"], times: UpdateReader.maximumReads + 5)
        try await self.append(["a"])
        let first = try await self.page(["a"], after: "e-0", .init(pageSize: 1))
        #expect(first.updates.isEmpty && first.cursor == "e-\(UpdateReader.maximumReads)")
        #expect(try await self.page(["a"], after: first.cursor, .init(pageSize: 1)).updates.count == 1)
    }

    @Test(arguments: ["other-5", "e-1", "e-99"])
    func aGapIsSaid(cursor: String) async throws {
        try await self.append(["all"], times: 5)
        self.log.purge(through: 3)
        #expect(try await self.page(after: cursor) == Wire.Answer(cursor: "e-5", gap: true, oldest: "e-3", updates: []))
    }

    @Test func refusals() async throws {
        try await self.append(["all"])
        let ann = HubUser(id: "Ann")
        #expect(try await self.page(["user/ANN"], user: ann, policy: .signedIn()).cursor == "e-1")
        for (topics, after, code) in [
            ([], nil, RelayError.Code.forbidden), (["user/ann", "user/bob"], "e-0", .forbidden),
            (["user/ann"], "yesterday", .invalidRequest), (["a\nb"], nil, .invalidRequest),
        ] as [([String], String?, RelayError.Code)] {
            let error = await #expect(throws: RelayError.self) {
                try await self.page(topics, after: after, user: ann, policy: .signedIn())
            }
            #expect(error?.code == code)
        }
        await #expect(throws: RelayError.self) { try await self.page(["all"], policy: .signedIn()) }
        self.log.failReads { .outage }
        let error = await #expect(throws: RelayError.self) { try await self.page() }
        #expect(error?.isRetryable == true)
    }
}
