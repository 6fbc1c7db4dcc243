import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite(.timeLimit(.minutes(1))) struct GraphPagesTests {
    private let played = PlayedGraph()

    @Test func followsTheListToItsEnd() async throws {
        let delta = "\(PlayedGraph.base)/users/delta"
        self.played.onRequest { request in
            #expect(request.headers["Prefer"] == ["odata.maxpagesize=2"])
            return switch request.url {
            case "\(delta)?$select=id%2Cmail":
                PlayedGraph.ok(200, #"{"@odata.nextLink":"\#(delta)?$skiptoken=a","value":[{"id":"1"},{"id":"2"}]}"#)
            case "\(delta)?$skiptoken=a":
                PlayedGraph.ok(200, #"{"value":[],"@odata.nextLink":"\#(delta)?$skiptoken=b"}"#)
            case "\(delta)?$skiptoken=b":
                PlayedGraph.ok(200, #"{"value":[{"id":"3"}],"@odata.deltaLink":"\#(delta)?$deltatoken=c"}"#)
            default: PlayedGraph.notFound
            }
        }
        let pages = try GraphClient(self.played).pages(
            "users/delta", query: [("$select", "id,mail")], headers: ["Prefer": "odata.maxpagesize=2"]
        )
        var items: [String] = []
        var sizes: [Int] = []
        var deltaLink: String?
        for try await page in pages {
            items += page.items.map { String(buffer: $0) }
            sizes.append(page.items.count)
            deltaLink = page.deltaLink
        }
        #expect(items == [#"{"id":"1"}"#, #"{"id":"2"}"#, #"{"id":"3"}"#] && sizes == [2, 0, 1])
        #expect(deltaLink == "\(delta)?$deltatoken=c")
    }

    @Test func stopsWhereItIsToldTo() async throws {
        self.played.onRequest { PlayedGraph.ok(200, #"{"value":[1],"@odata.nextLink":"\#($0.url)x"}"#) }
        var pages = try GraphClient(self.played).pages("users", maximumPages: 3).makeAsyncIterator()
        for _ in 0..<3 { #expect(try await pages.next()?.items.count == 1) }
        await #expect(throws: GraphError.self) { _ = try await pages.next() }
        #expect(try await pages.next() == nil)
    }

    @Test func neverLeavesItsHost() async throws {
        #expect(throws: GraphError.self) { try GraphClient(self.played).pages("https://evil.test/v1.0/users") }
        self.played.onRequest { _ in PlayedGraph.ok(200, #"{"value":[],"@odata.nextLink":"https://evil.test/v1.0/users"}"#) }
        var pages = try GraphClient(self.played).pages("users").makeAsyncIterator()
        _ = try await pages.next()
        await #expect(throws: GraphError.self) { _ = try await pages.next() }
        #expect(self.played.asked.count == 1)
    }

    @Test(arguments: ["", "{}", "[]", #"{"value":{}}"#, #"{"value":[}"#, #"{"value":[]} x"#])
    func somethingElseIsNoPage(body: String) async throws {
        self.played.onRequest { _ in PlayedGraph.ok(200, body) }
        var pages = try GraphClient(self.played).pages("users").makeAsyncIterator()
        let error = await #expect(throws: GraphError.self) { _ = try await pages.next() }
        #expect(error?.code == .serviceFailed)
    }

    @Test func readsWhatIsAskedForAndWhereElseToGo() async throws {
        let other = "https://graph.test/beta/me"
        self.played.onRequest { request in
            if request.url == other { return GraphResponse(status: 200, body: ByteBuffer(string: "beta")) }
            guard request.url.hasSuffix("/users?a=b&$top=5&c%26=d%20e") else { return nil }
            return GraphResponse(status: 410, headers: ["Location": "\(PlayedGraph.base)/users/delta"])
        }
        let graph = GraphClient(self.played)
        #expect(String(buffer: try await graph.get(other).body) == "beta")
        let error = await #expect(throws: GraphError.self) {
            try await graph.get("/users?a=b", query: [("$top", "5"), ("c&", "d e")])
        }
        #expect(error?.status == 410 && error?.location == "\(PlayedGraph.base)/users/delta")
        await #expect(throws: GraphError.self) { try await graph.get("https://evil.test/x") }
    }
}
