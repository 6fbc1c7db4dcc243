import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct ResourceFetcherTests {
    /// Answers batches item by item.
    private final class PlayedBatches: GraphTransport {
        let batches = Notes<[String]>()
        let gate = Mutex<Gate?>(nil)
        private let answer: @Sendable (_ url: String, _ batch: Int) -> String

        init(_ answer: @escaping @Sendable (_ url: String, _ batch: Int) -> String) { self.answer = answer }

        func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
            let body = request.body.map { Data($0.readableBytesView) } ?? Data()
            let object = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any]
            let requests = object?["requests"] as? [[String: Any]] ?? []
            let number = self.batches.count
            self.batches.note(requests.compactMap { $0["url"] as? String })
            if let gate = self.gate.withLock({ $0 }) { await gate.pass() }
            let answers = requests.map { request in
                #"{"id":"\#(request["id"] ?? "")",\#(self.answer(request["url"] as? String ?? "", number))}"#
            }
            return PlayedGraph.ok(200, #"{"responses":["# + answers.joined(separator: ",") + "]}")
        }
    }

    private func fetcher(_ graph: PlayedBatches, clock: any Clock<Duration> = ContinuousClock()) -> ResourceFetcher {
        ResourceFetcher(
            graph: GraphClient(graph, clock: clock),
            rules: [
                "a": FetchRule(select: ["subject", "from"]), "b": FetchRule(select: []),
                "rich": FetchRule(select: ["subject"], isForRecoveredOnly: true),
            ],
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func request(_ id: String, of subscription: String = "a") -> ResourceFetcher.Request {
        .init(subscription: subscription, resource: "Users/u/Messages/\(id)")
    }

    @Test func asManyAsFitAreFetchedAtOnceEachOnce() async {
        let graph = PlayedBatches { url, _ in #""status":200,"body":{"url":"\#(url)"}"# }
        let requests = (0..<45).map { self.request("\($0 % 30)") }
        let outcomes = await self.fetcher(graph).fetch(requests)
        #expect(graph.batches.all.map(\.count).sorted() == [10, 20])
        for (index, outcome) in outcomes.enumerated() {
            #expect(
                outcome
                    == .found(ByteBuffer(string: #"{"url":"/Users/u/Messages/\#(index % 30)?$select=subject,from"}"#)))
        }
        #expect(await self.fetcher(graph).fetch([]).isEmpty)
    }

    @Test func eachHasItsOwnFate() async {
        let graph = PlayedBatches { url, _ in
            if url.contains("gone") { return #""status":404,"body":{"error":{"code":"ErrorItemNotFound","message":"x"}}"# }
            if url.contains("secret") { return #""status":403,"body":{"error":{"code":"x","message":"x"}}"# }
            return #""status":200,"body":{"id":1}"#
        }
        let fetcher = self.fetcher(graph)
        let outcomes = await fetcher.fetch([self.request("gone"), self.request("secret"), self.request("x", of: "b")])
        #expect(outcomes == [.notFound, .refused, .found(ByteBuffer(string: #"{"id":1}"#))])
        #expect(outcomes.map(\.missing) == ["notFound", "refused", nil])
        // Neither of them will be different for the others.
        #expect(await fetcher.fetch([self.request("1")]) == [.found(ByteBuffer(string: #"{"id":1}"#))])
    }

    @Test func whatIsThrottledIsTriedAgainAlone() async {
        let graph = PlayedBatches { url, batch in
            url.contains("busy") && batch == 0
                ? #""status":429,"headers":{"Retry-After":"2"},"body":{"error":{"code":"x","message":"x"}}"#
                : #""status":200,"body":{"id":1}"#
        }
        let outcomes = await self.fetcher(graph, clock: SkippingUpTo(.seconds(5))).fetch([
            self.request("busy"), self.request("1"),
        ])
        #expect(outcomes.allSatisfy { $0.missing == nil })
        #expect(graph.batches.all.map(\.count) == [2, 1])
    }

    @Test func whatDoesNotComeInTimeIsLeftOut() async throws {
        let time = ManualTime()
        let graph = PlayedBatches { url, _ in
            url.contains("busy")
                ? #""status":429,"headers":{"Retry-After":"9"},"body":{"error":{"code":"x","message":"x"}}"#
                : #""status":200,"body":{"id":1}"#
        }
        let fetcher = self.fetcher(graph, clock: time)
        async let outcomes = fetcher.fetch([self.request("busy"), self.request("1"), self.request("2", of: "b")])
        try await time.pass(until: "the end") {
            graph.batches.count == 2 && time.sleeperCount == 2 || time.now.offset > .seconds(10)
        }
        time.advance(by: .seconds(10))
        #expect(
            await outcomes == [.throttled, .found(ByteBuffer(string: #"{"id":1}"#)), .found(ByteBuffer(string: #"{"id":1}"#))])
        // It is left alone for a while, and the others are not held up by it again.
        let batches = graph.batches.count
        #expect(await fetcher.fetch([self.request("1")]) == [.unavailable])
        #expect(await fetcher.fetch([self.request("1", of: "b")]).map(\.missing) == [nil])
        #expect(graph.batches.count == batches + 1)
        time.advance(by: .seconds(60))
        #expect(await fetcher.fetch([self.request("1")]).map(\.missing) == [nil])
    }

    @Test func rulesSayWhatIsFetched() {
        let fetcher = self.fetcher(PlayedBatches { _, _ in "" })
        #expect(fetcher.fetches(for: "a", isRecovered: false) && fetcher.fetches(for: "a", isRecovered: true))
        #expect(!fetcher.fetches(for: "rich", isRecovered: false) && fetcher.fetches(for: "rich", isRecovered: true))
        #expect(!fetcher.fetches(for: "nobody", isRecovered: true))
        #expect(FetchRule.selection(in: "users/u/messages?$filter=x&$SELECT=subject, from") == ["subject", "from"])
        #expect(FetchRule.selection(in: "users/u/messages") == [])
    }

    @Test func onlyWhatLiesUnderGraphIsFetched() {
        let rule = FetchRule(select: ["subject"])
        #expect(rule.path(of: "/Users('u')/messages('AA=')") == "Users('u')/messages('AA=')?$select=subject")
        #expect(
            rule.path(of: "teams('t')/channels('19:x@y')/messages('ä \"')")
                == "teams('t')/channels('19:x@y')/messages('%C3%A4%20%22')?$select=subject")
        #expect(rule.path(of: "users/u?$expand=x") == "users/u?$select=subject")
        for resource in ["", "/", "users/../x", "./x", "https://evil.example/x", "users#x", "a\\b", "$batch"] {
            #expect(rule.path(of: resource) == nil, "\(resource)")
        }
    }
}

/// A clock on which short waits are over at once, and longer ones never.
private struct SkippingUpTo: Clock {
    typealias Instant = ManualTime.Instant

    let limit: Duration

    init(_ limit: Duration) { self.limit = limit }

    var now: Instant { Instant(offset: .zero) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        guard deadline.offset > self.limit else { return }
        try await Task.sleep(for: .seconds(1_000))
    }
}
