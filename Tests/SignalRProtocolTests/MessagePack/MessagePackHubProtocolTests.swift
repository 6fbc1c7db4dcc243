import NIOCore
import SignalRProtocol
import Testing

/// A message whose payloads are written in hexadecimal here.
enum MessagePackHubMessage: Sendable, Equatable {
    case invocation(InvocationMessage)
    case other(HubMessage)

    init(_ message: HubMessage) {
        if case .invocation(let invocation) = message { self = .invocation(invocation) } else { self = .other(message) }
    }
    /// A call whose arguments are MessagePack in hexadecimal.
    static func call(
        _ target: String, _ arguments: [String] = [], id: String? = nil, streams: [String] = [], isStreaming: Bool = false,
        headers: [String: String] = [:]
    ) -> MessagePackHubMessage {
        .invocation(
            InvocationMessage(
                invocationID: id, target: target,
                arguments: HubArguments(
                    messagePack: MessagePackArguments(ByteBuffer(hex: arguments.joined()), count: arguments.count)
                ),
                streamIDs: streams,
                isStreaming: isStreaming, headers: headers
            )
        )
    }

    static func item(_ hex: String, id: String) -> MessagePackHubMessage {
        .other(.streamItem(invocationID: id, item: ByteBuffer(hex: hex)))
    }

    static func result(_ hex: String?, id: String) -> MessagePackHubMessage {
        .other(.completion(CompletionMessage(invocationID: id, result: hex.map { ByteBuffer(hex: $0) })))
    }

    static func failure(_ error: String, id: String) -> MessagePackHubMessage { .other(.failure(error, id: id)) }

    static func end(_ error: String? = nil, allowReconnect: Bool = false) -> MessagePackHubMessage {
        .other(.end(error, allowReconnect: allowReconnect))
    }
}

@Suite struct MessagePackHubProtocolTests {
    private static func decode(_ bytes: [UInt8]) throws(HubProtocolError) -> MessagePackHubMessage? {
        try MessagePackHubProtocol.decode(ByteBuffer(bytes: bytes)).map(MessagePackHubMessage.init)
    }

    private static func decode(_ hex: String) throws(HubProtocolError) -> MessagePackHubMessage? {
        try Self.decode([UInt8](hex: hex))
    }

    // MARK: - Both ways

    /// A message, how it stands on the wire, and what writes it.
    struct Example: Sendable, CustomTestStringConvertible {
        let hex: String
        let message: MessagePackHubMessage
        let write: @Sendable (inout ByteBuffer) throws -> Void

        init(
            _ hex: String, _ message: MessagePackHubMessage, _ write: @escaping @Sendable (inout ByteBuffer) throws -> Void
        ) {
            self.hex = hex
            self.message = message
            self.write = write
        }

        var testDescription: String { self.hex }
    }

    static let examples: [Example] = [
        Example("0F 96 01 80 A1 31 A4 45 63 68 6F 91 A2 68 69 90", .call("Echo", ["A2 68 69"], id: "1")) {
            try MessagePackHubProtocol.encodeInvocation(target: "Echo", arguments: "hi", invocationID: "1", into: &$0)
        },
        Example("0E 96 01 80 C0 A4 45 63 68 6F 91 A2 68 69 90", .call("Echo", ["A2 68 69"])) {
            try MessagePackHubProtocol.encodeInvocation(target: "Echo", arguments: "hi", into: &$0)
        },
        Example(
            "13 96 01 81 A1 6B A1 76 A1 31 A4 45 63 68 6F 91 A2 68 69 90",
            .call("Echo", ["A2 68 69"], id: "1", headers: ["k": "v"])
        ) {
            try MessagePackHubProtocol.encodeInvocation(
                target: "Echo", arguments: "hi", invocationID: "1", headers: ["k": "v"], into: &$0
            )
        },
        Example("0D 96 01 80 A1 31 A3 53 75 6D 90 91 A1 32", .call("Sum", id: "1", streams: ["2"])) {
            try MessagePackHubProtocol.encodeInvocation(target: "Sum", invocationID: "1", streamIDs: ["2"], into: &$0)
        },
        Example("0F 96 01 80 A2 73 31 A6 52 65 73 75 6C 74 90 90", .call("Result", id: "s1")) {
            try MessagePackHubProtocol.encodeInvocation(target: "Result", invocationID: "s1", into: &$0)
        },
        Example("0E 96 04 80 A1 33 A5 43 6F 75 6E 74 91 0A 90", .call("Count", ["0A"], id: "3", isStreaming: true)) {
            try MessagePackHubProtocol.encodeStreamInvocation(target: "Count", arguments: 10, invocationID: "3", into: &$0)
        },
        Example("06 94 02 80 A1 33 00", .item("00", id: "3")) {
            try MessagePackHubProtocol.encodeStreamItem(invocationID: "3", item: 0, into: &$0)
        },
        Example("06 94 02 80 A1 33 C0", .item("C0", id: "3")) {
            try MessagePackHubProtocol.encodeStreamItem(invocationID: "3", item: Int?.none, into: &$0)
        },
        Example("0B 95 03 80 A1 31 01 A4 42 6F 6F 6D", .failure("Boom", id: "1")) {
            MessagePackHubProtocol.encodeCompletion(invocationID: "1", error: "Boom", into: &$0)
        },
        Example("06 94 03 80 A1 31 02", .result(nil, id: "1")) {
            MessagePackHubProtocol.encodeStreamCompletion(invocationID: "1", into: &$0)
        },
        Example("09 95 03 80 A1 31 03 A2 68 69", .result("A2 68 69", id: "1")) {
            try MessagePackHubProtocol.encodeCompletion(invocationID: "1", result: "hi", into: &$0)
        },
        Example("07 95 03 80 A1 31 03 C0", .result("C0", id: "1")) {
            MessagePackHubProtocol.encodeVoidCompletion(invocationID: "1", into: &$0)
        },
        Example("07 95 03 80 A1 31 03 C0", .result("C0", id: "1")) {
            try MessagePackHubProtocol.encodeCompletion(invocationID: "1", result: String?.none, into: &$0)
        },
        Example("05 93 05 80 A1 33", .other(.cancelInvocation(invocationID: "3"))) {
            MessagePackHubProtocol.encodeCancelInvocation(invocationID: "3", into: &$0)
        },
        Example("02 91 06", .other(.ping)) { MessagePackHubProtocol.encodePing(into: &$0) },
        Example("04 93 07 C0 C2", .end()) { MessagePackHubProtocol.encodeClose(CloseMessage(), into: &$0) },
        Example("04 93 07 C0 C2", .end()) { MessagePackHubProtocol.encodeClose(CloseMessage(error: ""), into: &$0) },
        Example("04 93 07 C0 C3", .end(allowReconnect: true)) {
            MessagePackHubProtocol.encodeClose(CloseMessage(allowReconnect: true), into: &$0)
        },
        Example("08 93 07 A4 42 6F 6F 6D C2", .end("Boom")) {
            MessagePackHubProtocol.encodeClose(CloseMessage(error: "Boom"), into: &$0)
        },
        Example("03 92 08 24", .other(.ack(sequenceID: 36))) { MessagePackHubProtocol.encodeAck(sequenceID: 36, into: &$0) },
        Example("05 92 08 CD 01 2C", .other(.ack(sequenceID: 300))) {
            MessagePackHubProtocol.encodeAck(sequenceID: 300, into: &$0)
        },
        Example("03 92 09 01", .other(.sequence(sequenceID: 1))) {
            MessagePackHubProtocol.encodeSequence(sequenceID: 1, into: &$0)
        },
        Example("0B 92 09 CF 7F FF FF FF FF FF FF FF", .other(.sequence(sequenceID: .max))) {
            MessagePackHubProtocol.encodeSequence(sequenceID: .max, into: &$0)
        },
        Example(
            "16 95 03 82 A1 78 A1 79 A1 7A A1 7A A3 78 79 7A 01 A5 45 72 72 6F 72",
            .failure("Error", id: "xyz")
        ) {
            MessagePackHubProtocol.encodeCompletion(
                invocationID: "xyz", error: "Error", headers: ["z": "z", "x": "y"], into: &$0
            )
        },
    ]

    @Test(arguments: examples)
    func messagesAreWrittenExactlySoAndReadBack(_ example: Example) throws {
        var buffer = ByteBuffer(bytes: [0xAA])
        try example.write(&buffer)
        #expect(buffer.bytes == [0xAA] + [UInt8](hex: example.hex))
        buffer.moveReaderIndex(forwardBy: 1)
        var splitter = LengthPrefixedSplitter()
        let message = try #require(try splitter.next(in: &buffer))
        #expect(buffer.readableBytes == 0)
        #expect(try MessagePackHubProtocol.decode(message).map(MessagePackHubMessage.init) == example.message)
        #expect(MessagePackValue(message.bytes) != nil)
    }

    // MARK: - What clients send

    @Test(arguments: [
        // As the JavaScript client sends it: five elements, and an end of two.
        ("95 01 80 A1 30 A4 45 63 68 6F 91 A2 68 69", MessagePackHubMessage.call("Echo", ["A2 68 69"], id: "0")),
        ("95 01 80 C0 A4 45 63 68 6F 91 A2 68 69", .call("Echo", ["A2 68 69"])),
        ("92 07 C0", .end()),
        // The samples of the protocol document.
        ("96 01 80 A3 78 79 7A A6 6D 65 74 68 6F 64 91 2A 90", .call("method", ["2A"], id: "xyz")),
        ("95 04 80 A3 78 79 7A A6 6D 65 74 68 6F 64 91 2A", .call("method", ["2A"], id: "xyz", isStreaming: true)),
        ("94 02 80 A3 78 79 7A 2A", .item("2A", id: "xyz")),
        ("95 03 80 A3 78 79 7A 01 A5 45 72 72 6F 72", .failure("Error", id: "xyz")),
        ("94 03 80 A3 78 79 7A 02", .result(nil, id: "xyz")),
        ("95 03 80 A3 78 79 7A 03 2A", .result("2A", id: "xyz")),
        ("93 05 80 A3 78 79 7A", .other(.cancelInvocation(invocationID: "xyz"))),
        ("91 06", .other(.ping)),
        ("92 07 A3 78 79 7A", .end("xyz")),
        ("93 07 A3 78 79 7A C3", .end("xyz", allowReconnect: true)),
        ("92 08 CC 24", .other(.ack(sequenceID: 36))),
        ("92 09 13", .other(.sequence(sequenceID: 19))),
        (
            "96 01 82 A1 78 A1 79 A1 7A A1 7A C0 A1 6D 90 90",
            .call("m", headers: ["x": "y", "z": "z"])
        ),
    ])
    func theSamplesOfTheSpecification(_ hex: String, _ message: MessagePackHubMessage) throws {
        #expect(try Self.decode(hex) == message)
    }

    @Test(arguments: [
        // No headers, no streams, no id: nil will do.
        ("96 01 C0 C0 A1 6D 90 C0", MessagePackHubMessage.call("m")), ("95 01 80 A0 A1 6D 90", .call("m")),
        // Every length and integer may be wider than need be.
        (
            "DC 00 06 CC 01 DE 00 00 D9 01 31 DA 00 01 6D DD 00 00 00 01 CE 00 00 00 01 DC 00 01 DB 00 00 00 01 32",
            .call("m", ["CE 00 00 00 01"], id: "1", streams: ["2"])
        ),
        ("94 D0 03 80 A1 31 D3 00 00 00 00 00 00 00 02", .result(nil, id: "1")),
        // Newer messages may have more elements, of any kind.
        ("97 01 80 C0 A1 6D 90 90 81 C0 C0", .call("m")), ("95 02 80 A1 31 07 C3", .item("07", id: "1")),
        ("95 03 80 A1 31 02 A1 78", .result(nil, id: "1")), ("96 03 80 A1 31 03 07 90", .result("07", id: "1")),
        ("94 05 80 A1 31 C0", .other(.cancelInvocation(invocationID: "1"))), ("92 06 C0", .other(.ping)),
        ("94 07 C0 C3 01", .end(allowReconnect: true)), ("93 08 05 C0", .other(.ack(sequenceID: 5))),
        // What follows the array is nobody's.
        ("91 06 FF FF", .other(.ping)),
        ("93 07 C0 C0", .end()), ("95 03 80 A1 31 01 C0", .failure("", id: "1")),
    ])
    func whatElseIsUnderstood(_ hex: String, _ message: MessagePackHubMessage) throws {
        #expect(try Self.decode(hex) == message)
    }

    @Test(arguments: ["91 00", "91 0A", "91 7F", "91 FF", "91 CD 01 01", "92 63 C1", "91 D3 80 00 00 00 00 00 00 00"])
    func unknownTypesAreSkipped(_ hex: String) throws {
        #expect(try Self.decode(hex) == nil)
    }

    /// The payload is MessagePack of any kind, and stays as it came.
    @Test(arguments: MessagePackVectors.values)
    func payloadsOfEveryKind(_ hex: String, _ value: MessagePackValue) throws {
        let invocation = [UInt8](hex: "96 01 80 C0 A1 6D 92") + [UInt8](hex: hex) + [UInt8](hex: hex) + [0x90]
        #expect(try Self.decode(invocation) == .call("m", [hex, hex]))
        #expect(try Self.decode([UInt8](hex: "94 02 80 A1 31") + [UInt8](hex: hex)) == .item(hex, id: "1"))
        #expect(try Self.decode([UInt8](hex: "95 03 80 A1 31 03") + [UInt8](hex: hex)) == .result(hex, id: "1"))
    }

    @Test func longMessagesHaveALongPrefix() throws {
        var buffer = ByteBuffer()
        let text = String(repeating: "x", count: 200)
        try MessagePackHubProtocol.encodeInvocation(target: "Notice", arguments: text, into: &buffer)
        #expect(Array(buffer.bytes.prefix(15)) == [UInt8](hex: "d7 01 96 01 80 c0 a6 4e 6f 74 69 63 65 91 d9"))
        #expect(buffer.readableBytes == 0xD7 + 2)
    }

    /// As msgpack for Python writes it, member by member.
    @Test func aStructureAsAnArgument() throws {
        let hex =
            "4f960180c0a64e6f746963659186a77375626a656374a24869a473697a6503a473656e74d7ff1dcd65006b055918a4626f6479c4020102"
            + "a47461677392a161c0a5726174696fcb3fe000000000000090"
        var buffer = ByteBuffer()
        try MessagePackHubProtocol.encodeInvocation(target: "Notice", arguments: Mail.example, into: &buffer)
        #expect(buffer.bytes == [UInt8](hex: hex))
        var splitter = LengthPrefixedSplitter()
        guard case .invocation(var call)? = try MessagePackHubProtocol.decode(try splitter.next(in: &buffer)!) else {
            Issue.record("It is a call.")
            return
        }
        #expect(try call.arguments.next(Mail.self) == .example)
    }

    // MARK: - What is refused

    @Test(arguments: [
        ("", "Reading array length for 'elementCount' failed."), ("80", "Reading array length for 'elementCount' failed."),
        ("06", "Reading array length for 'elementCount' failed."), ("C1", "Reading array length for 'elementCount' failed."),
        ("DD FF FF FF FF", "Reading array length for 'elementCount' failed."),
        ("90", "The message has 0 element(s), but needs 1."),
        ("91 C0", "Reading 'messageType' as Int32 failed."), ("91 A1 36", "Reading 'messageType' as Int32 failed."),
        ("91 CA 40 C0 00 00", "Reading 'messageType' as Int32 failed."),
        ("94 01 80 C0 A1 6D", "The message has 4 element(s), but needs 5."),
        ("94 04 80 A1 31 A1 6D", "The message has 4 element(s), but needs 5."),
        ("93 02 80 A1 31", "The message has 3 element(s), but needs 4."),
        ("93 03 80 A1 31", "The message has 3 element(s), but needs 4."),
        ("94 03 80 A1 31 01", "The message has 4 element(s), but needs 5."),
        ("94 03 80 A1 31 03", "The message has 4 element(s), but needs 5."),
        ("92 05 80", "The message has 2 element(s), but needs 3."), ("91 07", "The message has 1 element(s), but needs 2."),
        ("91 08", "The message has 1 element(s), but needs 2."), ("91 09", "The message has 1 element(s), but needs 2."),
        ("95 01 90 C0 A1 6D 90", "Reading map length for 'headers' failed."),
        ("95 01 81 A0 A1 76 C0 A1 6D 90", "Null or empty key in header."),
        ("95 01 81 C0 A1 76 C0 A1 6D 90", "Null or empty key in header."),
        ("95 01 81 A1 6B A0 C0 A1 6D 90", "Null or empty value in header."),
        ("95 01 81 A1 6B C0 C0 A1 6D 90", "Null or empty value in header."),
        ("95 01 82 A1 6B A1 76 05 A1 76 C0 A1 6D 90", "Reading 'headers[1].Key' as String failed."),
        ("95 01 81 A1 6B 05 C0 A1 6D 90", "Reading 'headers[0].Value' as String failed."),
        ("95 01 80 01 A1 6D 90", "Reading 'invocationId' as String failed."),
        ("95 01 80 A1 FF A1 6D 90", "Reading 'invocationId' as String failed."),
        ("95 01 80 C0 C0 90", "Null or empty target for Invocation message."),
        ("95 01 80 C0 A0 90", "Null or empty target for Invocation message."),
        ("95 01 80 C0 05 90", "Reading 'target' as String failed."),
        ("95 01 80 C0 C4 01 6D 90", "Reading 'target' as String failed."),
        ("95 04 80 A1 31 A0 90", "Null or empty target for StreamInvocation message."),
        ("95 04 80 C0 A1 6D 90", "Null or empty invocation ID for StreamInvocation message."),
        ("95 04 80 A0 A1 6D 90", "Null or empty invocation ID for StreamInvocation message."),
        ("95 01 80 C0 A1 6D C0", "Reading array length for 'arguments' failed."),
        ("95 01 80 C0 A1 6D 80", "Reading array length for 'arguments' failed."),
        ("95 01 80 C0 A1 6D 91", "Reading array length for 'arguments' failed."),
        ("95 01 80 C0 A1 6D 91 C1", "Reading 'arguments' failed."),
        ("95 01 80 C0 A1 6D DD FF FF FF FF 00", "Reading array length for 'arguments' failed."),
        ("96 01 80 C0 A1 6D 90 A1 31", "Reading array length for 'streamIds' failed."),
        ("96 01 80 C0 A1 6D 90 91 01", "Reading 'streamIds' as String failed."),
        ("96 01 80 C0 A1 6D 90 91 C0", "Reading 'streamIds' as String failed."),
        ("94 02 80 C0 00", "Null or empty invocation ID for StreamItem message."),
        ("94 02 80 A0 00", "Null or empty invocation ID for StreamItem message."),
        ("94 02 80 A1 31 C1", "Reading 'item' failed."), ("94 02 80 A1 31", "Reading 'item' failed."),
        ("95 03 80 C0 03 00", "Null or empty invocation ID for Completion message."),
        ("95 03 80 A1 31 00 00", "Invalid invocation result kind."),
        ("95 03 80 A1 31 04 00", "Invalid invocation result kind."),
        ("95 03 80 A1 31 FF 00", "Invalid invocation result kind."),
        ("95 03 80 A1 31 C0 00", "Reading 'resultKind' as Int32 failed."),
        ("95 03 80 A1 31 01 05", "Reading 'error' as String failed."),
        ("95 03 80 A1 31 03 92 00", "Reading 'result' failed."),
        ("93 05 80 C0", "Null or empty invocation ID for CancelInvocation message."),
        ("92 07 05", "Reading 'error' as String failed."), ("93 07 C0 01", "Reading 'allowReconnect' as Boolean failed."),
        ("92 08 C0", "Reading 'sequenceId' as Int64 failed."),
        ("92 09 CF FF FF FF FF FF FF FF FF", "Reading 'sequenceId' as Int64 failed."),
    ])
    func whatTheProtocolDoesNotAllow(_ hex: String, _ text: String) {
        #expect(throws: HubProtocolError(.invalidMessage, text)) { try Self.decode(hex) }
    }

    @Test func deepNestingIsRefused() throws {
        func message(_ depth: Int) -> [UInt8] {
            [UInt8](hex: "95 01 80 C0 A1 6D 91") + Array(repeating: 0x91, count: depth) + [0xC0]
        }
        #expect(try Self.decode(message(64)) != nil)
        for depth in [65, 100_000] {
            #expect(throws: HubProtocolError(.invalidMessage, "Reading 'arguments' failed.")) { try Self.decode(message(depth)) }
        }
    }

    // MARK: - Damage

    @Test(arguments: examples) func everyTruncationIsRefused(_ example: Example) throws {
        var splitter = LengthPrefixedSplitter()
        var buffer = ByteBuffer(hex: example.hex)
        let bytes = try #require(try splitter.next(in: &buffer)).bytes
        for count in bytes.indices {
            #expect(throws: HubProtocolError.self, "cut at \(count)") { try Self.decode(Array(bytes[..<count])) }
        }
    }

    @Test(arguments: 0..<8) func damageIsRefusedOrUnderstood(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var outcomes = [0, 0]
        for _ in 0..<1_000 {
            let example = Self.examples.randomElement(using: &generator)!
            var bytes = Array([UInt8](hex: example.hex).dropFirst())
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
                case 1 where bytes.count > 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: index)
                }
            }
            do throws(HubProtocolError) {
                let message = try Self.decode(bytes)
                outcomes[0] += 1
                var rest = bytes[...]
                // What is understood is an array for the other codec too, unless it is skipped by its type alone.
                if message != nil, let value = MessagePackValue.read(&rest), case .array(let elements) = value {
                    guard case .integer(let type)? = elements.first else {
                        Issue.record("\(bytes)")
                        continue
                    }
                    #expect((1...9).contains(type))
                }
            } catch {
                outcomes[1] += 1
                #expect(error.code == .invalidMessage)
            }
        }
        #expect(outcomes.allSatisfy { $0 > 50 }, "\(outcomes)")
    }

    @Test func whatCannotBeEncodedLeavesNothingBehind() {
        typealias Unencodable = JSONHubProtocolTests.Unencodable
        var buffer = ByteBuffer(string: "before")
        #expect(throws: Unencodable.Refused.self) {
            try MessagePackHubProtocol.encodeInvocation(target: "m", arguments: 1, Unencodable(), into: &buffer)
        }
        #expect(throws: Unencodable.Refused.self) {
            try MessagePackHubProtocol.encodeCompletion(invocationID: "1", result: Unencodable(), into: &buffer)
        }
        #expect(throws: Unencodable.Refused.self) {
            try MessagePackHubProtocol.encodeStreamItem(invocationID: "1", item: [Unencodable()], into: &buffer)
        }
        #expect(String(buffer: buffer) == "before")
    }
}
