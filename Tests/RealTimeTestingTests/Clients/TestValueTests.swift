import NIOCore
import RealTimeTesting
import SignalRProtocol
import Testing

@Suite struct TestValueTests {
    private static let values: [TestValue] = [
        nil, true, false, 0, -1, 1.5, "é", [], [1, "a", [nil]], [:], ["a": ["b": 2.5]], 9_007_199_254_740_993,
    ]

    @Test(arguments: HubProtocolKind.allCases)
    func comeBackAsTheyWere(_ kind: HubProtocolKind) throws {
        for value in Self.values {
            var record = ByteBuffer()
            try kind.encodeInvocation(target: "m", arguments: value, into: &record)
            var splitter = HubMessageSplitter(maximumSize: nil)
            splitter.begin(kind)
            let message = try #require(try splitter.next(in: &record))
            guard case .invocation(var call) = try kind.decode(message) else { throw CancellationError() }
            #expect(try call.arguments.next(TestValue.self) == value)
        }
    }

    @Test func numbersAreNumbers() {
        #expect(TestValue.integer(2) == 2.0)
        #expect((2.5 as TestValue) == .number(2.5))
        #expect((2 as TestValue) != "2")
    }
}
