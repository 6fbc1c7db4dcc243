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
            var splitter = RecordSplitter()
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
        #expect(result == .result("true", id: "1"))
        #expect(try message { kind.encodeVoidCompletion(invocationID: "1", into: &$0) } == .result("null", id: "1"))
        #expect(try message { kind.encodeCompletion(invocationID: "1", error: "e", into: &$0) } == .failure("e", id: "1"))
        #expect(try message { kind.encodePing(into: &$0) } == .ping)
        let close = CloseMessage(error: "e", allowReconnect: true)
        #expect(try message { kind.encodeClose(close, into: &$0) } == .close(close))
        #expect(throws: HubProtocolError.self) { try kind.decode(ByteBuffer(string: "{")) }
    }
}
