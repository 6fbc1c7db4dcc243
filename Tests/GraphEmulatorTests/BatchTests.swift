import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import GraphEmulator

@Suite(.timeLimit(.minutes(1))) struct BatchTests {
    private static let outer = EmulatorRequest(.post, "/v1.0/$batch", fields: [.authorization: "Bearer x"])

    private static func batch(_ requests: JSONValue) throws(GraphRefusal) -> BatchStateMachine {
        try BatchStateMachine(["requests": requests], version: "v1.0", outer: Self.outer)
    }

    private static func get(_ id: String, after: [JSONValue] = []) -> JSONValue {
        ["id": .string(id), "method": "GET", "url": "/users", "dependsOn": .array(after)]
    }

    @Test func whatIsNoBatch() {
        let twentyOne = JSONValue.array((0..<21).map { Self.get("\($0)") })
        let wrong: [JSONValue] = [
            [], "x", twentyOne, [Self.get("a"), Self.get("A")], [Self.get("")], [["id": "1", "url": "/users"]],
            [["id": "1", "method": "GET"]], [Self.get("1", after: ["2"])], [["id": "1", "method": "GET", "url": "/$batch"]],
            [["id": "1", "method": "POST", "url": "/users", "body": [:]]],
        ]
        for requests in wrong {
            #expect(refusal { () throws(GraphRefusal) in _ = try Self.batch(requests) }?.status == .badRequest)
        }
        let twenty = JSONValue.array((0..<20).map { Self.get("\($0)") })
        #expect(refusal { () throws(GraphRefusal) in _ = try Self.batch(twenty) } == nil)
    }

    @Test func whatDependsWaitsAndFailsToo() throws {
        var batch = try Self.batch([Self.get("3", after: ["2"]), Self.get("2", after: ["1"]), Self.get("1"), Self.get("4")])
        let next = batch.next()
        let first = try #require(next)
        #expect(first.id == "1")
        #expect(first.request.uri == "/v1.0/users")
        #expect(first.request.fields[.authorization] == "Bearer x")
        batch.finished("1", .refusal(.itemNotFound, of: RequestIdentity(id: "i", clientID: nil, date: morning)))
        #expect(batch.next()?.id == "4")
        batch.finished("4", .nothing)
        #expect(batch.next() == nil)
        var random = EmulatorRandom(seed: 1)
        let body = try object(String(buffer: batch.body(random: &random).bytes))
        let responses = try #require(body["responses"] as? [[String: Any]])
        let statuses = Dictionary(uniqueKeysWithValues: responses.map { ($0["id"] as? String, $0["status"] as? Int) })
        #expect(statuses == ["1": 404, "2": 424, "3": 424, "4": 204])
    }

    @Test func thoseThatWaitForEachOtherFail() throws {
        var batch = try Self.batch([Self.get("1", after: ["2"]), Self.get("2", after: ["1"])])
        #expect(batch.next() == nil)
    }

    @Test func answersStandInAnyOrder() throws {
        func order(_ seed: UInt64) throws -> [String] {
            var batch = try Self.batch(.array((0..<8).map { Self.get("\($0)") }))
            while let step = batch.next() { batch.finished(step.id, .nothing) }
            var random = EmulatorRandom(seed: seed)
            let body = try object(String(buffer: batch.body(random: &random).bytes))
            return (body["responses"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
        #expect(try order(1) == order(1))
        #expect(try order(1) != order(2))
    }

    @Test func aBatchOverTheWire() async throws {
        try await withReceiver { receiver in
            try await withEmulator { emulator in
                let signedIn = try await emulator.signedIn()
                let expiry = GraphDateTime.utc(emulator.clock.now() + 60 * minute)
                let answer = try await signedIn.send(
                    .POST, "/v1.0/$batch",
                    #"""
                    {"requests":[
                      {"id":"1","method":"POST","url":"/subscriptions","headers":{"Content-Type":"application/json"},
                       "body":{"changeType":"created","notificationUrl":"\#(receiver.url)","resource":"users/sales@example.com/messages","expirationDateTime":"\#(expiry)"}},
                      {"id":"2","method":"POST","url":"/users/sales@example.com/messages","dependsOn":["1"],
                       "headers":{"Content-Type":"application/json"},"body":{"subject":"Hello"}},
                      {"id":"3","method":"GET","url":"users/nobody"}]}
                    """#
                )
                #expect(answer.status == 200)
                let responses = try #require(try object(answer.body)["responses"] as? [[String: Any]])
                let statuses = Dictionary(uniqueKeysWithValues: responses.map { ($0["id"] as? String, $0["status"] as? Int) })
                #expect(statuses == ["1": 201, "2": 201, "3": 404])
                let created = try #require(responses.first { $0["id"] as? String == "2" })
                #expect((created["headers"] as? [String: String])?["Content-Type"] == "application/json")
                #expect((created["body"] as? [String: Any])?["subject"] as? String == "Hello")
                _ = try await receiver.next()
                #expect(try await receiver.next().body.contains("\"changeType\":\"created\""))
                #expect(try await emulator.send(.POST, "/v1.0/$batch", "{}").status == 400)
                #expect(try await emulator.send(.GET, "/v1.0/$batch").status == 405)
            }
        }
    }
}
