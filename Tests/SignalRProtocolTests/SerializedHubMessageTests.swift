import NIOCore
import SignalRProtocol
import Testing

@Suite struct SerializedHubMessageTests {
    @Test func theRecordIsTheInvocation() throws {
        let message = try SerializedHubMessage("Notice", "a\u{1E}", 1, ["x"], String?.none)
        let json = #"{"type":1,"target":"Notice","arguments":["a\u001e",1,["x"],null]}"# + "\u{1E}"
        #expect(String(buffer: message.json) == json)
        #expect(message.jsonFrame.bytes == [0x81, UInt8(json.utf8.count)] + Array(json.utf8))
    }

    @Test func withoutArguments() throws {
        #expect(String(buffer: try SerializedHubMessage("Gone").json) == #"{"type":1,"target":"Gone","arguments":[]}"# + "\u{1E}")
    }

    @Test func aFragmentIsTheOnlyArgument() throws {
        let fragment = JSONFragment(ByteBuffer(string: #"{"n":9007199254740993}"#))
        let message = SerializedHubMessage("graph\"Update", fragment: fragment)
        #expect(
            String(buffer: message.json)
                == #"{"type":1,"target":"graph\"Update","arguments":[{"n":9007199254740993}]}"# + "\u{1E}"
        )
        #expect(message.json == (try SerializedHubMessage("graph\"Update", fragment)).json)
        #expect(message.jsonFrame == (try SerializedHubMessage("graph\"Update", fragment)).jsonFrame)
    }

    @Test func whatCannotBeEncodedThrows() {
        #expect(throws: JSONHubProtocolTests.Unencodable.Refused.self) {
            try SerializedHubMessage("m", JSONHubProtocolTests.Unencodable())
        }
    }

    // MARK: - Frames

    /// A frame read by the letter of RFC 6455 section 5.2, which shares nothing with the writer.
    private struct Frame: Equatable {
        var isFinal: Bool
        var opcode: UInt8
        var lengthBytes: Int
        var payload: [UInt8]

        init?(_ bytes: [UInt8]) {
            guard bytes.count >= 2, bytes[0] & 0x70 == 0, bytes[1] & 0x80 == 0 else { return nil }
            self.isFinal = bytes[0] & 0x80 != 0
            self.opcode = bytes[0] & 0x0F
            self.lengthBytes = bytes[1] == 127 ? 8 : bytes[1] == 126 ? 2 : 0
            guard bytes.count >= 2 + self.lengthBytes else { return nil }
            let extended = bytes[2..<(2 + self.lengthBytes)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let length = self.lengthBytes == 0 ? UInt64(bytes[1]) : extended
            self.payload = Array(bytes[(2 + self.lengthBytes)...])
            guard UInt64(self.payload.count) == length else { return nil }
        }
    }

    @Test(arguments: [
        (1, 0), (2, 0), (124, 0), (125, 0), (126, 2), (127, 2), (128, 2), (255, 2), (256, 2), (65_534, 2), (65_535, 2),
        (65_536, 8), (65_537, 8), (1_000_000, 8),
    ])
    func framesAtTheBoundariesOfTheirLength(_ count: Int, _ lengthBytes: Int) throws {
        let record = (0..<count).map { $0 == count - 1 ? 0x1E : UInt8(0x20 + $0 % 90) }
        let message = SerializedHubMessage(record: ByteBuffer(bytes: record))
        let frame = try #require(Frame(message.jsonFrame.bytes))
        #expect(frame.isFinal && frame.opcode == 1 && frame.lengthBytes == lengthBytes)
        #expect(frame.payload == record)
        #expect(message.json.bytes == record)
    }

    @Test func theLengthOfTheRecordIsThatOfItsBytes() throws {
        // 48 bytes around the argument; é has two.
        for count in [76, 77, 78, 79] {
            let message = try SerializedHubMessage("Notice", String(repeating: "x", count: count - 2) + "é")
            let frame = try #require(Frame(message.jsonFrame.bytes))
            #expect(frame.payload == message.json.bytes)
            #expect(frame.lengthBytes == (message.json.readableBytes < 126 ? 0 : 2))
        }
    }

    @Test func aRecordThatIsASlice() {
        var buffer = ByteBuffer(string: "xx{}\u{1E}yy")
        buffer.moveReaderIndex(forwardBy: 2)
        let message = SerializedHubMessage(record: buffer.readSlice(length: 3)!)
        #expect(message.jsonFrame.bytes == [0x81, 3, 0x7B, 0x7D, 0x1E])
        #expect(String(buffer: message.json) == "{}\u{1E}")
    }

    @Test func framesAreAppended() {
        var buffer = ByteBuffer(string: "a")
        buffer.writeWebSocketText(ByteBuffer(string: "b"))
        buffer.writeWebSocketHeader(opcode: 0x8, length: 0)
        buffer.writeWebSocketHeader(opcode: 0x2, length: 0xABCD)
        buffer.writeWebSocketHeader(opcode: 0xA, length: 0x1_0203_0405)
        #expect(
            buffer.bytes == [
                0x61, 0x81, 1, 0x62, 0x88, 0, 0x82, 126, 0xAB, 0xCD, 0x8A, 127, 0, 0, 0, 1, 2, 3, 4, 5,
            ]
        )
    }
}

extension SerializedHubMessageTests {
    /// Whoever has only the JSON of a call reaches clients of MessagePack with it.
    @Test func aRecordIsWrittenInMessagePackToo() throws {
        let original = try SerializedHubMessage("Notice", "é", -1, 2.5, [true], String?.none, invocationID: "7")
        let copy = SerializedHubMessage(record: original.json)
        #expect(copy.record(in: .messagepack) == original.record(in: .messagepack))
        #expect(copy.frame(in: .messagepack) == original.frame(in: .messagepack))
        #expect(copy.record(in: .messagepack) != nil)
        #expect(SerializedHubMessage(record: ByteBuffer(string: "{\"type\":6}\u{1E}")).record(in: .messagepack) == nil)
        #expect(SerializedHubMessage(record: ByteBuffer(string: "no JSON")).record(in: .messagepack) == nil)
        let given = SerializedHubMessage(record: original.json, messagePack: ByteBuffer(bytes: [1, 2]))
        #expect(given.frame(in: .messagepack)?.bytes == [0x82, 2, 1, 2])
    }

    @Test func aMessageKnowsItsCall() throws {
        let call = try #require(try SerializedHubMessage("Add", 1, "x", invocationID: "s1").invocation)
        #expect(call.target == "Add" && call.invocationID == "s1" && !call.isStreaming)
        #expect(call.arguments.jsonValues?.map { String(buffer: $0) } == ["1", #""x""#])
        var arguments = try #require(SerializedHubMessage(record: try SerializedHubMessage("m", 7).json).invocation).arguments
        #expect(try arguments.next(Int.self) == 7)
        #expect(arguments.jsonValues?.count == 1)
        #expect(SerializedHubMessage(record: ByteBuffer(string: "{\"type\":6}\u{1E}")).invocation == nil)
    }
}
