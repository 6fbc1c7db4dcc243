import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct WireTests {
    @Test(arguments: [
        ("abc", false, "abc"), ("a%20b", false, "a b"), ("a+b", false, "a+b"), ("a+b", true, "a b"), ("%c3%A9", true, "é"),
        ("%", true, nil), ("%4", true, nil), ("%zz", true, nil), ("%+1", true, nil), ("%ff", true, nil), ("", true, ""),
    ])
    func percentDecoding(_ text: String, _ plusIsSpace: Bool, _ decoded: String?) {
        #expect(PercentCoding.decode(text, plusIsSpace: plusIsSpace) == decoded)
    }

    /// The vector V1 of the specification.
    @Test func validationTokenIsEncodedAsGraphDoes() {
        let token = ValidationCall.token(requestID: "5b0c9d1e-7a44-4a27-9f0e-3c5f6a1d2b99")
        let encoded =
            "Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+5b0c9d1e-7a44-4a27-9f0e-3c5f6a1d2b99"
        #expect(PercentCoding.encodeForm(token) == encoded)
        #expect(PercentCoding.decode(encoded, plusIsSpace: true) == token)
        #expect(PercentCoding.encodeForm("a+/=%é\t") == "a%2b%2f%3d%25%c3%a9%09")
    }

    @Test func fields() {
        #expect(PercentCoding.fields("a=1&b=&c&a=2&%=3&d=x%3Dy") == ["a": "1", "b": "", "c": "", "d": "x=y"])
    }

    @Test(arguments: [
        ("http://127.0.0.1/n", "http://127.0.0.1/n?validationToken=a+b"),
        ("http://127.0.0.1/n?shard=4", "http://127.0.0.1/n?shard=4&validationToken=a+b"),
        ("http://127.0.0.1/n?", "http://127.0.0.1/n?validationToken=a+b"),
    ])
    func tokenIsAnotherParameter(_ url: String, _ expected: String) {
        #expect(NotificationURL.appending(validationToken: "a b", to: url) == expected)
    }

    @Test(arguments: [
        "localhost", "LOCALHOST", "127.0.0.1", "127.255.255.254", "::1", "[::1]",
    ])
    func loopback(_ host: String) {
        #expect(Loopback.contains(host: host))
    }

    @Test(arguments: [
        "", "0.0.0.0", "10.0.0.1", "128.0.0.1", "127.1", "127.0.0.01", "127.0.0.256", "0x7f.0.0.1", "127.0.0.1.evil.example",
        "localhost.evil.example", "hooks.localhost", "127.0.0.+1", "::", "example.com", "127.0.0.1 ",
    ])
    func notLoopback(_ host: String) {
        #expect(!Loopback.contains(host: host))
    }

    @Test func authorities() {
        #expect(Loopback.contains(authority: "127.0.0.1:8081"))
        #expect(Loopback.contains(authority: "[::1]:8081"))
        #expect(!Loopback.contains(authority: "rebound.example:8081"))
        #expect(Loopback.contains(origin: "http://localhost:8080"))
        #expect(!Loopback.contains(origin: "https://evil.example"))
        #expect(!Loopback.contains(origin: "null"))
    }

    @Test func objects() {
        var inner = JSONObject()
        inner.set("n", 1)
        var object = JSONObject()
        object.set("text", "a\"b")
        object.set("nothing", nil)
        object.set("yes", true)
        object.set("inner", inner)
        object.set("list", [inner, JSONObject()])
        object.set("words", ["a", "b"])
        object.set("numbers", [1, 2])
        object.append(inner)
        object.append(JSONObject())
        #expect(
            String(buffer: object.bytes)
                == #"{"text":"a\"b","nothing":null,"yes":true,"inner":{"n":1},"list":[{"n":1},{}],"words":["a","b"],"numbers":[1,2],"n":1}"#
        )
    }

    @Test func refusalHasGraphsShape() {
        let request = RequestIdentity(id: "r-1", clientID: "c-1", date: morning + 999)
        #expect(
            String(buffer: GraphRefusal.unknownSubscription.body(for: request).bytes)
                == #"{"error":{"code":"ResourceNotFound","message":"The object was not found.","innerError":{"date":"2026-11-24T09:30:00","request-id":"r-1","client-request-id":"c-1"}}}"#
        )
    }

    @Test(arguments: [nil, "", "é", String(repeating: "x", count: 129)])
    func unusableClientRequestIDIsReplaced(_ id: String?) {
        #expect(RequestIdentity(id: "r-1", clientID: id, date: 0).clientID == "r-1")
    }

    @Test func guidsAreOfVersionFour() {
        var random = EmulatorRandom()
        for _ in 0..<100 {
            #expect(random.guid().wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func aSeedMakesTheSameIds() {
        var first = EmulatorRandom(seed: 3)
        var second = EmulatorRandom(seed: 3)
        var other = EmulatorRandom(seed: 4)
        let guid = first.guid()
        #expect(guid == second.guid())
        #expect(guid != other.guid())
        #expect(first.text(20) == second.text(20))
    }
}
