import NIOCore
import SignalRProtocol
import Testing

@Suite struct JSONHubProtocolTests {
    // MARK: - Both ways

    /// A message, how it stands on the wire, and what writes it.
    struct Example: Sendable, CustomTestStringConvertible {
        let json: String
        let message: HubMessage
        let write: @Sendable (inout ByteBuffer) throws -> Void

        init(_ json: String, _ message: HubMessage, _ write: @escaping @Sendable (inout ByteBuffer) throws -> Void) {
            self.json = json
            self.message = message
            self.write = write
        }

        var testDescription: String { self.json }
    }

    static let examples: [Example] = [
        Example(#"{"type":1,"target":"Notice","arguments":[]}"#, .call("Notice")) { buffer in
            try JSONHubProtocol.encodeInvocation(target: "Notice", into: &buffer)
        },
        Example(#"{"type":1,"target":"ReceiveMessage","arguments":["u","m"]}"#, .call("ReceiveMessage", [#""u""#, #""m""#])) {
            try JSONHubProtocol.encodeInvocation(target: "ReceiveMessage", arguments: "u", "m", into: &$0)
        },
        Example(
            #"{"type":1,"target":"Mixed","arguments":[1,true,null,["a"],{"x":1}]}"#,
            .call("Mixed", ["1", "true", "null", #"["a"]"#, #"{"x":1}"#])
        ) {
            let fragment = JSONFragment(ByteBuffer(string: #"{"x":1}"#))
            try JSONHubProtocol.encodeInvocation(
                target: "Mixed", arguments: 1, true, String?.none, ["a"], fragment, into: &$0
            )
        },
        Example(#"{"type":1,"target":"a\"\u001eé","arguments":[]}"#, .call("a\"\u{1E}é")) {
            try JSONHubProtocol.encodeInvocation(target: "a\"\u{1E}é", into: &$0)
        },
        Example(#"{"type":3,"invocationId":"0","result":"hi"}"#, .result(#""hi""#, id: "0")) {
            try JSONHubProtocol.encodeCompletion(invocationID: "0", result: "hi", into: &$0)
        },
        Example(#"{"type":3,"invocationId":"0","result":null}"#, .result("null", id: "0")) {
            JSONHubProtocol.encodeVoidCompletion(invocationID: "0", into: &$0)
        },
        Example(#"{"type":3,"invocationId":"0","result":null}"#, .result("null", id: "0")) {
            try JSONHubProtocol.encodeCompletion(invocationID: "0", result: Int?.none, into: &$0)
        },
        Example(#"{"type":3,"invocationId":"s\u001e1","result":9007199254740993}"#, .result("9007199254740993", id: "s\u{1E}1")) {
            try JSONHubProtocol.encodeCompletion(invocationID: "s\u{1E}1", result: 9_007_199_254_740_993, into: &$0)
        },
        Example(
            #"{"type":3,"invocationId":"0","error":"An unexpected error occurred invoking 'Echo' on the server."}"#,
            .failure("An unexpected error occurred invoking 'Echo' on the server.", id: "0")
        ) {
            let error = HubErrorText.invocationFailed("Echo", detail: nil)
            JSONHubProtocol.encodeCompletion(invocationID: "0", error: error, into: &$0)
        },
        Example(#"{"type":6}"#, .ping) { JSONHubProtocol.encodePing(into: &$0) },
        Example(#"{"type":7}"#, .end()) { JSONHubProtocol.encodeClose(CloseMessage(), into: &$0) },
        Example(#"{"type":7}"#, .end()) { JSONHubProtocol.encodeClose(CloseMessage(error: ""), into: &$0) },
        Example(#"{"type":7,"allowReconnect":true}"#, .end(allowReconnect: true)) {
            JSONHubProtocol.encodeClose(CloseMessage(allowReconnect: true), into: &$0)
        },
        Example(
            #"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#,
            .end("Connection closed with an error.", allowReconnect: true)
        ) {
            let message = CloseMessage(error: "Connection closed with an error.", allowReconnect: true)
            JSONHubProtocol.encodeClose(message, into: &$0)
        },
        Example(#"{"type":7,"error":"a \"b\""}"#, .end(#"a "b""#)) {
            JSONHubProtocol.encodeClose(CloseMessage(error: #"a "b""#), into: &$0)
        },
    ]

    @Test(arguments: examples)
    func messagesAreWrittenExactlySoAndReadBack(_ example: Example) throws {
        var buffer = ByteBuffer(string: "before")
        try example.write(&buffer)
        #expect(String(buffer: buffer) == "before" + example.json + "\u{1E}")
        #expect(try decode(example.json) == example.message)
        #expect(JSONValue.foundation(example.json) != nil)
    }

    // MARK: - What clients send

    @Test(arguments: [
        // As the JavaScript client orders it: the type last.
        (#"{"arguments":["hi"],"invocationId":"0","target":"Echo","type":1}"#, HubMessage.call("Echo", [#""hi""#], id: "0")),
        (#"{"arguments":["hi"],"target":"Echo","type":1}"#, .call("Echo", [#""hi""#])),
        (#"{"arguments":[10],"invocationId":"1","target":"Count","type":4}"#, .call("Count", ["10"], id: "1", isStreaming: true)),
        (#"{"invocationId":"1","type":5}"#, .cancelInvocation(invocationID: "1")),
        (
            #"{"arguments":[],"invocationId":"2","streamIds":["3"],"target":"Sum","type":1}"#,
            .call("Sum", id: "2", streams: ["3"])
        ),
        (#"{"invocationId":"3","item":1,"type":2}"#, .item("1", id: "3")),
        (#"{"invocationId":"3","item":null,"type":2}"#, .item("null", id: "3")),
        (#"{"invocationId":"3","type":3}"#, .result(nil, id: "3")),
        (#"{"invocationId":"s1","result":42,"type":3}"#, .result("42", id: "s1")),
        (#"{"error":"Error: from callback","invocationId":"s1","type":3}"#, .failure("Error: from callback", id: "s1")),
        (#"{"type":6}"#, .ping),
        (#"{"type":7}"#, .end()),
        (#"{"type":7,"error":"Connection closed with an error."}"#, .end("Connection closed with an error.")),
        (#"{"type":7,"allowReconnect":false}"#, .end()),
        (#"{"type":8,"sequenceId":36}"#, .ack(sequenceID: 36)),
        (#"{"type":9,"sequenceId":19}"#, .sequence(sequenceID: 19)),
        (#"{"sequenceId":9223372036854775807,"type":8}"#, .ack(sequenceID: .max)),
        (
            #"{"type":1,"target":"m","arguments":[],"headers":{"traceparent":"00-1","":""}}"#,
            .call("m", headers: ["traceparent": "00-1", "": ""])
        ),
    ])
    func theExamplesOfTheSpecification(_ json: String, _ message: HubMessage) throws {
        #expect(try decode(json) == message)
    }

    /// What .NET refuses and real clients send all the same.
    @Test(arguments: [
        (#"{"type":1,"target":"m","arguments":[],"invocationId":null}"#, HubMessage.call("m")),
        (#"{"type":1,"target":"m","arguments":[],"invocationId":""}"#, .call("m")),
        (#"{"type":1,"target":"m","arguments":[],"headers":null,"streamIds":null}"#, .call("m")),
        (#"{"type":1,"target":"m","arguments":[],"streamIds":[],"headers":{}}"#, .call("m")),
        (#"{"type":3,"invocationId":"1","error":"no","result":null}"#, .failure("no", id: "1")),
        (#"{"type":3,"invocationId":"1","result":null,"error":"no"}"#, .failure("no", id: "1")),
        (#"{"type":3,"invocationId":"1","result":7,"error":null}"#, .result("7", id: "1")),
        (#"{"type":7,"error":null,"allowReconnect":null}"#, .end()),
    ])
    func nullsWhereNothingIsMeant(_ json: String, _ message: HubMessage) throws {
        #expect(try decode(json) == message)
    }

    @Test(arguments: [
        #"{"type":6,"x":1}"#, #"{"x":{"type":1},"type":6}"#, #"{"Type":1,"type":6}"#, #"{"type":1,"type":6}"#,
        " {\r\n\t\"type\" : 6 } ", #"{"\u0074ype":6}"#, #"{"type":6,"":[[[]]],"arguments":[1]}"#,
    ])
    func pingsInManyForms(_ json: String) throws {
        #expect(try decode(json) == .ping)
    }

    @Test(arguments: [0, 10, 11, 99, -1, 4_294_967_297, Int64.max, Int64.min])
    func unknownTypesAreSkipped(_ type: Int64) throws {
        #expect(try decode(#"{"type":\#(type)}"#) == nil)
        #expect(try decode(#"{"type":\#(type),"target":"m","arguments":[],"invocationId":"1"}"#) == nil)
    }

    @Test func theLastOfSeveralWins() throws {
        let names = #""target":"a","target":"b","invocationId":"1","invocationId":"2""#
        #expect(try decode(#"{"type":1,\#(names),"arguments":[1],"arguments":[2,3]}"#) == .call("b", ["2", "3"], id: "2"))
        #expect(try decode(#"{"type":3,"invocationId":"1","result":1,"result":null}"#) == .result("null", id: "1"))
        #expect(try decode(#"{"type":3,"invocationId":"1","error":"a","error":null}"#) == .result(nil, id: "1"))
    }

    @Test func argumentsAreTheBytesAsTheyCame() throws {
        let json = #"{"type":1,"arguments":[ 1.50 , "\u00e9\/" ,{ "b" : [ ] } ,12345678901234567890,-0, 1e400 ],"target":"m"}"#
        let arguments = ["1.50", #""\u00e9\/""#, #"{ "b" : [ ] }"#, "12345678901234567890", "-0", "1e400"]
        #expect(try decode(json) == .call("m", arguments))
    }

    @Test func theRecordMayBeASliceOfSomethingLonger() throws {
        var buffer = ByteBuffer(string: #"xx{"type":1,"target":"m","arguments":["a",2]}yy"#)
        buffer.moveReaderIndex(forwardBy: 2)
        let record = buffer.readSlice(length: buffer.readableBytes - 2)!
        #expect(try JSONHubProtocol.decode(record) == .call("m", [#""a""#, "2"]))
    }

    // MARK: - What is refused

    @Test(arguments: [
        ("{}", "Missing required property 'type'."),
        (#"{"target":"m","arguments":[]}"#, "Missing required property 'type'."),
        (#"{"TYPE":6}"#, "Missing required property 'type'."),
        (#"{"type":null}"#, "Expected 'type' to be of type Number."),
        (#"{"type":"6"}"#, "Expected 'type' to be of type Number."),
        (#"{"type":[6]}"#, "Expected 'type' to be of type Number."),
        (#"{"type":6.5}"#, "Expected 'type' to be of type Number."),
        (#"{"type":99999999999999999999}"#, "Expected 'type' to be of type Number."),
        (#"{"type":1,"arguments":[]}"#, "Missing required property 'target'."),
        (#"{"type":4,"arguments":[],"invocationId":"1"}"#, "Missing required property 'target'."),
        (#"{"type":1,"target":"m"}"#, "Missing required property 'arguments'."),
        (#"{"type":4,"target":"m","invocationId":"1"}"#, "Missing required property 'arguments'."),
        (#"{"type":1,"target":1,"arguments":[]}"#, "Expected 'target' to be of type String."),
        (#"{"type":1,"target":null,"arguments":[]}"#, "Expected 'target' to be of type String."),
        (#"{"type":1,"target":"m","arguments":{}}"#, "Expected 'arguments' to be of type Array."),
        (#"{"type":1,"target":"m","arguments":null}"#, "Expected 'arguments' to be of type Array."),
        (#"{"type":1,"target":"m","arguments":"[]"}"#, "Expected 'arguments' to be of type Array."),
        (#"{"type":1,"target":"m","arguments":[],"invocationId":1}"#, "Expected 'invocationId' to be of type String."),
        (#"{"type":1,"target":"m","arguments":[],"headers":[]}"#, "Expected 'headers' to be of type Object."),
        (#"{"type":1,"target":"m","arguments":[],"headers":"a"}"#, "Expected 'headers' to be of type Object."),
        (#"{"type":1,"target":"m","arguments":[],"headers":{"a":1}}"#, "Expected 'headers' to be of type Object of String."),
        (#"{"type":1,"target":"m","arguments":[],"headers":{"a":null}}"#, "Expected 'headers' to be of type Object of String."),
        (#"{"type":1,"target":"m","arguments":[],"streamIds":"1"}"#, "Expected 'streamIds' to be of type Array."),
        (#"{"type":1,"target":"m","arguments":[],"streamIds":[1]}"#, "Expected 'streamIds' to be of type Array of String."),
        (#"{"type":2,"item":1}"#, "Missing required property 'invocationId'."),
        (#"{"type":2,"item":1,"invocationId":""}"#, "Missing required property 'invocationId'."),
        (#"{"type":2,"invocationId":"1"}"#, "Missing required property 'item'."),
        (#"{"type":3,"result":1}"#, "Missing required property 'invocationId'."),
        (#"{"type":3,"result":1,"invocationId":null}"#, "Missing required property 'invocationId'."),
        (#"{"type":3,"invocationId":{},"result":1}"#, "Expected 'invocationId' to be of type String."),
        (#"{"type":3,"invocationId":"1","error":5}"#, "Expected 'error' to be of type String."),
        (
            #"{"type":3,"invocationId":"1","error":"e","result":1}"#,
            "The 'error' and 'result' properties are mutually exclusive."
        ),
        (
            #"{"type":3,"invocationId":"1","result":false,"error":"e"}"#,
            "The 'error' and 'result' properties are mutually exclusive."
        ),
        (#"{"type":4,"target":"m","arguments":[]}"#, "Missing required property 'invocationId'."),
        (#"{"type":4,"target":"m","arguments":[],"invocationId":""}"#, "Missing required property 'invocationId'."),
        (#"{"type":5}"#, "Missing required property 'invocationId'."),
        (#"{"type":7,"error":1}"#, "Expected 'error' to be of type String."),
        (#"{"type":7,"allowReconnect":"true"}"#, "Expected 'allowReconnect' to be of type Boolean."),
        (#"{"type":7,"allowReconnect":1}"#, "Expected 'allowReconnect' to be of type Boolean."),
        (#"{"type":8}"#, "Missing required property 'sequenceId'."),
        (#"{"type":9}"#, "Missing required property 'sequenceId'."),
        (#"{"type":8,"sequenceId":"1"}"#, "Expected 'sequenceId' to be of type Number."),
        (#"{"type":9,"sequenceId":1.5}"#, "Expected 'sequenceId' to be of type Number."),
        // The first wrong type is the one that is told.
        (#"{"target":1,"type":"a"}"#, "Expected 'target' to be of type String."),
    ])
    func whatTheProtocolDoesNotAllow(_ json: String, _ text: String) {
        let error = #expect(throws: HubProtocolError.self) { try decode(json) }
        #expect(error == HubProtocolError(.invalidMessage, text))
        #expect(error?.description == text)
    }

    @Test(arguments: [
        "", " ", "null", "true", "7", #""{}""#, "[]", #"[{"type":6}]"#, "{", #"{"type":6"#, #"{"type":6}}"#, #"{"type":6}x"#,
        #"{"type":6}{"type":6}"#, #"{"type":6,}"#, #"{type:6}"#, #"{'type':6}"#, #"{"type":06}"#, #"{"type":6 "x":1}"#,
        "{\"type\":6,\"x\":\"\u{1E}\"}", "{\"type\":1,\"target\":\"a\nb\",\"arguments\":[]}",
        #"{"type":1,"target":"\ud800","arguments":[]}"#, #"{"type":6} // a ping"#, "\u{FEFF}{\"type\":6}",
    ])
    func whatIsNotAnObject(_ json: String) {
        #expect(throws: HubProtocolError(.invalidMessage, "Error reading JSON.")) { try decode(json) }
    }

    @Test func stringsMustBeUTF8() {
        let names = ["target", "invocationId", "error"]
        for name in names {
            var record = ByteBuffer(string: #"{"type":6,"\#(name)":""#)
            record.writeBytes([0xC3, 0x28])
            record.writeString(#""}"#)
            #expect(throws: HubProtocolError(.invalidMessage, "Error reading JSON.")) { try JSONHubProtocol.decode(record) }
        }
    }

    /// The message itself is one level, its arguments another.
    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func deepNestingIsRefused(_ open: String, _ close: String) throws {
        func record(_ depth: Int) -> String {
            let argument = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            return #"{"type":1,"target":"m","arguments":[\#(argument)]}"#
        }
        #expect(try decode(record(62)) != nil)
        #expect(throws: HubProtocolError(.invalidMessage, "Error reading JSON.")) { try decode(record(63)) }
        let endless = #"{"type":1,"target":"m","arguments":["# + String(repeating: open, count: 200_000)
        #expect(throws: HubProtocolError(.invalidMessage, "Error reading JSON.")) { try decode(endless) }
    }

    // MARK: - Writing

    struct Unencodable: Encodable {
        struct Refused: Error, Equatable {}
        func encode(to encoder: any Encoder) throws { throw Refused() }
    }

    @Test func whatCannotBeEncodedLeavesNothingBehind() {
        var buffer = ByteBuffer(string: "before")
        #expect(throws: Unencodable.Refused.self) {
            try JSONHubProtocol.encodeInvocation(target: "m", arguments: 1, Unencodable(), into: &buffer)
        }
        #expect(throws: Unencodable.Refused.self) {
            try JSONHubProtocol.encodeCompletion(invocationID: "1", result: Unencodable(), into: &buffer)
        }
        #expect(String(buffer: buffer) == "before")
    }
}
