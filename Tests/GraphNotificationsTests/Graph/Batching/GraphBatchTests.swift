import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite struct GraphBatchTests {
    @Test func writesWhatGraphReads() throws {
        let json = GraphBatch.json([
            .init(
                id: 0, method: .PATCH, url: "/subscriptions/\"x", headers: ["Content-Type": "application/json"],
                body: ByteBuffer(string: #"{"a":1}"#)
            ),
            .init(id: 7, method: .GET, url: "/users/é", headers: ["Prefer": "a", "prefer": "b"], dependsOn: 0),
        ])
        let parsed = try JSONSerialization.jsonObject(with: Data(json.readableBytesView))
        let object = try #require(parsed as? [String: [[String: Any]]])
        let requests = try #require(object["requests"])
        #expect(requests.count == 2)
        #expect(requests[0]["id"] as? String == "0" && requests[0]["method"] as? String == "PATCH")
        #expect(requests[0]["url"] as? String == "/subscriptions/\"x" && requests[0]["dependsOn"] == nil)
        #expect(requests[0]["headers"] as? [String: String] == ["content-type": "application/json"])
        #expect(requests[0]["body"] as? [String: Int] == ["a": 1])
        #expect(requests[1]["url"] as? String == "/users/é" && requests[1]["body"] == nil)
        #expect(requests[1]["headers"] as? [String: String] == ["prefer": "a, b"])
        #expect(requests[1]["dependsOn"] as? [String] == ["0"])
    }

    @Test func readsAnswersInAnyOrder() throws {
        let body = ByteBuffer(
            string: """
                {"x":1,"responses":[{"id":"2","status":204,"headers":{}},
                {"id":"1","status":429,"headers":{"Retry-After":"3","n":1},"body":{"error":{"code":"TooManyRequests"}}},{"id":"?"}]}
                """
        )
        let responses = try #require(GraphBatch.responses(in: body))
        #expect(responses.count == 2 && responses[2]?.status == 204 && responses[2]?.body.readableBytes == 0)
        #expect(responses[1]?.status == 429 && responses[1]?.headers.first(name: "retry-after") == "3")
        #expect(responses[1].map { String(buffer: $0.body) } == #"{"error":{"code":"TooManyRequests"}}"#)
    }

    @Test(arguments: ["", "{}", "[]", #"{"responses":{}}"#, #"{"responses":[{"id":"1","status":200}"#, #"{"responses":[1]}"#])
    func refusesOthers(body: String) {
        #expect(GraphBatch.responses(in: ByteBuffer(string: body)) == nil)
    }
}
