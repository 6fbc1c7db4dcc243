import NIOCore
import Testing

@testable import SignalRProtocol

@Suite struct NegotiationTests {
    private static let serverSentEvents = Negotiation.Transport(name: "ServerSentEvents", formats: ["Text"])
    private static let longPolling = Negotiation.Transport(name: "LongPolling", formats: ["Text", "Binary"])

    private static func connection(_ version: Int, _ transports: [Negotiation.Transport]) -> Negotiation {
        .connection(version: version, connectionID: "cGzhT1Xk3mH0b9mXh2z4vQ", connectionToken: "secret", transports: transports)
    }

    static let bodies: [(Negotiation, String)] = [
        (
            Self.connection(0, [.webSockets]),
            """
            {"negotiateVersion":0,"connectionId":"cGzhT1Xk3mH0b9mXh2z4vQ","availableTransports":\
            [{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}
            """
        ),
        (
            Self.connection(1, [.webSockets]),
            """
            {"negotiateVersion":1,"connectionId":"cGzhT1Xk3mH0b9mXh2z4vQ","connectionToken":"secret","availableTransports":\
            [{"transport":"WebSockets","transferFormats":["Text","Binary"]}]}
            """
        ),
        (
            Self.connection(1, [.webSockets, Self.serverSentEvents, Self.longPolling]),
            """
            {"negotiateVersion":1,"connectionId":"cGzhT1Xk3mH0b9mXh2z4vQ","connectionToken":"secret","availableTransports":\
            [{"transport":"WebSockets","transferFormats":["Text","Binary"]},\
            {"transport":"ServerSentEvents","transferFormats":["Text"]},\
            {"transport":"LongPolling","transferFormats":["Text","Binary"]}]}
            """
        ),
        (
            Self.connection(0, []),
            #"{"negotiateVersion":0,"connectionId":"cGzhT1Xk3mH0b9mXh2z4vQ","availableTransports":[]}"#
        ),
        (
            .redirect(url: "https://other.example/hub?x=1", accessToken: "eyJ"),
            #"{"url":"https://other.example/hub?x=1","accessToken":"eyJ"}"#
        ),
        (.redirect(url: "https://other.example/\"", accessToken: nil), #"{"url":"https://other.example/\""}"#),
        (
            .error("The client requested a non-integer protocol version."),
            #"{"error":"The client requested a non-integer protocol version."}"#
        ),
    ]

    @Test(arguments: bodies)
    func bodiesAreExactlySo(_ negotiation: Negotiation, _ json: String) {
        #expect(String(buffer: negotiation.body) == json)
        #expect(JSONValue.foundation(json) != nil)
    }

    @Test(arguments: [
        (String?.none, 0), ("0", 0), ("1", 1), ("2", 1), ("7", 1), ("9223372036854775807", 1), ("001", 1), ("+1", 1),
    ])
    func versions(_ requested: String?, _ version: Int) throws {
        #expect(try Negotiation.version(requested: requested) == version)
    }

    @Test(arguments: ["abc", "", " 1", "1.0", "1e0", "0x1", "true", "1,0", "99999999999999999999", "\u{663}"])
    func whatIsNoInteger(_ requested: String) {
        let refusal = Negotiation.Refusal(error: "The client requested a non-integer protocol version.")
        #expect(throws: refusal) { try Negotiation.version(requested: requested) }
    }

    @Test(arguments: ["-1", "-9223372036854775808"])
    func versionsBelowZero(_ requested: String) {
        let text = "The client requested version '\(requested)', but the server does not support this version."
        #expect(throws: Negotiation.Refusal(error: text)) { try Negotiation.version(requested: requested) }
    }
}
