import NIOCore
import SignalRProtocol
import Testing

@Suite struct HubProtocolKindTests {
    @Test func namesAreFoundInAnyCase() {
        for name in ["json", "JSON", "Json"] { #expect(HubProtocolKind(name: name) == .json) }
        for name in ["", "json ", "jsonp", "j\u{17F}on"] { #expect(HubProtocolKind(name: name) == nil) }
        for kind in HubProtocolKind.allCases { #expect(HubProtocolKind(name: kind.rawValue.uppercased()) == kind) }
    }

    /// Each protocol reads what it writes, and the messages are the same in all.
    @Test(arguments: HubProtocolKind.allCases)
    func messagesComeThrough(_ kind: HubProtocolKind) throws {
        func message(_ write: (inout ByteBuffer) throws -> Void) throws -> HubMessage? {
            var buffer = ByteBuffer()
            try write(&buffer)
            var splitter = HubMessageSplitter(maximumSize: 1024)
            splitter.begin(kind)
            let record = try #require(try splitter.next(in: &buffer))
            #expect(buffer.readableBytes == 0)
            return try kind.decode(record)
        }
        let call = try message { try kind.encodeInvocation(target: "m", arguments: "a", 1, into: &$0) }
        guard case .invocation(var invocation)? = call else {
            Issue.record("It is a call.")
            return
        }
        #expect(invocation.target == "m" && invocation.invocationID == nil && invocation.arguments.count == 2)
        #expect(try invocation.arguments.next(String.self) == "a")
        #expect(try invocation.arguments.next(Int.self) == 1)
        let result = try message { try kind.encodeCompletion(invocationID: "1", result: true, into: &$0) }
        guard case .completion(let completion)? = result, let payload = completion.result else {
            Issue.record("It is a completion.")
            return
        }
        #expect(completion.invocationID == "1" && completion.error == nil)
        #expect(try kind.decodePayload(Bool.self, from: payload))
        #expect(throws: HubProtocolError.self) { try kind.decodePayload(String.self, from: payload) }
        let nothing = ByteBuffer(bytes: kind == .json ? Array("null".utf8) : [0xC0])
        #expect(
            try message { kind.encodeVoidCompletion(invocationID: "1", into: &$0) }
                == .completion(CompletionMessage(invocationID: "1", result: nothing))
        )
        #expect(
            try message { kind.encodeStreamCompletion(invocationID: "1", into: &$0) }
                == .completion(CompletionMessage(invocationID: "1"))
        )
        guard
            case .streamItem("2", let item)? = try message({ try kind.encodeStreamItem(invocationID: "2", item: "i", into: &$0) })
        else {
            Issue.record("It is an item.")
            return
        }
        #expect(try kind.decodePayload(String.self, from: item) == "i")
        let question = try message { try kind.encodeInvocation(target: "q", arguments: 1.5, invocationID: "s1", into: &$0) }
        guard case .invocation(let asked)? = question else {
            Issue.record("It is a call.")
            return
        }
        #expect(asked.invocationID == "s1" && asked.target == "q" && asked.arguments.count == 1)
        #expect(try message { kind.encodeAck(sequenceID: 300, into: &$0) } == .ack(sequenceID: 300))
        #expect(try message { kind.encodeSequence(sequenceID: 1, into: &$0) } == .sequence(sequenceID: 1))
        #expect(try message { kind.encodeCompletion(invocationID: "1", error: "e", into: &$0) } == .failure("e", id: "1"))
        #expect(try message { kind.encodePing(into: &$0) } == .ping)
        let close = CloseMessage(error: "e", allowReconnect: true)
        #expect(try message { kind.encodeClose(close, into: &$0) } == .close(close))
        #expect(throws: HubProtocolError.self) { try kind.decode(ByteBuffer(string: "{")) }
    }

    /// What a client writes is what a server reads.
    @Test(arguments: HubProtocolKind.allCases)
    func callsOfAHubComeThrough(_ kind: HubProtocolKind) throws {
        var buffer = ByteBuffer()
        let values: [any Encodable] = ["a", 1, [true]]
        try kind.encodeCall(
            target: "m", arguments: values, invocationID: "7", streamIDs: ["8", "9"], isStreaming: true, into: &buffer
        )
        try kind.encodeCall(target: "n", arguments: [], invocationID: nil, into: &buffer)
        kind.encodeCancelInvocation(invocationID: "7", into: &buffer)
        let whole = buffer
        let unwritable: [any Encodable] = [1, Unwritable()]
        #expect(throws: EncodingError.self) {
            try kind.encodeCall(target: "m", arguments: unwritable, invocationID: "1", into: &buffer)
        }
        #expect(buffer == whole)
        var splitter = HubMessageSplitter(maximumSize: 1024)
        splitter.begin(kind)
        var messages: [HubMessage?] = []
        while let record = try splitter.next(in: &buffer) { messages.append(try kind.decode(record)) }
        guard messages.count == 3, case .invocation(var call)? = messages[0], case .invocation(let other)? = messages[1] else {
            Issue.record("They are two calls and a cancellation.")
            return
        }
        #expect(call.target == "m" && call.invocationID == "7" && call.streamIDs == ["8", "9"] && call.isStreaming)
        #expect(call.arguments.count == 3)
        #expect(try call.arguments.next(String.self) == "a")
        #expect(try call.arguments.next(Int.self) == 1)
        #expect(try call.arguments.next([Bool].self) == [true])
        #expect(other.target == "n" && other.invocationID == nil && other.streamIDs.isEmpty && !other.isStreaming)
        #expect(messages[2] == .cancelInvocation(invocationID: "7"))
    }

    private struct Unwritable: Encodable {
        func encode(to encoder: any Encoder) throws {
            throw EncodingError.invalidValue(0, .init(codingPath: [], debugDescription: "It cannot be."))
        }
    }
}
