import InMemoryTracing
import SignalR
import Testing
import Tracing

@Suite(.timeLimit(.minutes(1))) struct TracingTests {
    @Test(arguments: HubProtocolKind.allCases)
    func aSpanForEachCall(_ kind: HubProtocolKind) async throws {
        let tracer = InMemoryTracer()
        let hub = Hub("test", tracer: tracer) { hub in
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Fail") { (_: HubCaller) in throw HubException("no") }
            hub.stream("Count") { (_: HubCaller) in
                AsyncStream<Int> { continuation in
                    continuation.yield(1)
                    continuation.finish()
                }
            }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await WireClient.connect(to: server, kind)
            _ = try await client.invoke("Echo", "a")
            _ = try await client.invoke("Fail")
            _ = try await client.invoke("NobodyKnows")
            try await client.send(.stream("Count", [], id: "2"))
            #expect(try await client.next() == .item(1, id: "2"))
            #expect(try await client.next() == .done(id: "2"))
            let spans = tracer.finishedSpans
            #expect(spans.map(\.operationName) == ["test/Echo", "test/Fail", "test/unknown", "test/Count"])
            #expect(spans.map { $0.status?.code == .error } == [false, true, false, false])
            #expect(spans.allSatisfy { $0.kind == .server })
        }
    }
}
