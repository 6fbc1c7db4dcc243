import NIOCore
import SignalRProtocol
import Testing

/// Our codec against Foundation's parser and the tests' own writer.
@Suite struct JSONHubProtocolOracleTests {
    /// Messages of every type, with their members in any order, strings escaped at random, and members nobody knows.
    @Test(arguments: 0..<8) func randomMessagesAreReadAsTheyWereMeant(_ seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        for _ in 0..<200 {
            let (json, message) = random.next()
            #expect(try decode(json) == message, "\(json)")
            #expect(JSONValue.foundation(json) != nil, "\(json)")
        }
    }

    @Test(arguments: 100..<104) func whatIsWrittenReadsAsItWasMeant(_ seed: UInt64) throws {
        struct Payload: Encodable {
            var name: String
            var count: Int
            var list: [String?]
        }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let strings = (0..<4).map { _ in JSONValue.randomString(&generator) }
            let number = Int.random(in: .min ... .max, using: &generator)
            let flag = Bool.random(using: &generator)
            let payload = Payload(name: strings[2], count: number, list: [strings[3], nil])
            let json = try written {
                try JSONHubProtocol.encodeInvocation(
                    target: strings[0], arguments: strings[1], number, flag, [strings[2], strings[3]], payload, into: &$0
                )
            }
            let payloadValue = JSONValue.object([
                "name": .string(strings[2]), "count": .integer(Int64(number)), "list": .array([.string(strings[3]), .null]),
            ])
            #expect(
                Self.record(json)
                    == .object([
                        "type": .integer(1), "target": .string(strings[0]),
                        "arguments": .array([
                            .string(strings[1]), .integer(Int64(number)), .bool(flag),
                            .array([.string(strings[2]), .string(strings[3])]), payloadValue,
                        ]),
                    ])
            )
            let result = try written {
                try JSONHubProtocol.encodeCompletion(invocationID: strings[0], result: payload, into: &$0)
            }
            let completion = ["type": JSONValue.integer(3), "invocationId": .string(strings[0])]
            #expect(Self.record(result) == .object(completion.merging(["result": payloadValue]) { $1 }))
            let failure = written { JSONHubProtocol.encodeCompletion(invocationID: strings[0], error: strings[1], into: &$0) }
            #expect(Self.record(failure) == .object(completion.merging(["error": .string(strings[1])]) { $1 }))
        }
    }

    /// What Foundation reads of a single record, which has its separator at the end and nowhere else.
    private static func record(_ json: String) -> JSONValue? {
        guard json.utf8.last == 0x1E, json.utf8.count(where: { $0 == 0x1E }) == 1 else { return nil }
        return JSONValue.foundation(json.utf8.dropLast())
    }

    // MARK: - Damage

    private static func outcome(of bytes: [UInt8]) -> Result<HubMessage?, HubProtocolError> {
        Result { () throws(HubProtocolError) in try JSONHubProtocol.decode(ByteBuffer(bytes: bytes)) }
    }

    @Test(arguments: 200..<204) func everyTruncationIsRefused(_ seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        for _ in 0..<8 {
            let bytes = Array(random.next().json.utf8)
            let last = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
            for count in 0...last {
                #expect(throws: HubProtocolError(.invalidMessage, "Error reading JSON."), "cut at \(count): \(bytes)") {
                    try JSONHubProtocol.decode(ByteBuffer(bytes: bytes[..<count]))
                }
            }
        }
    }

    /// Bytes changed, removed, put in: an answer or an error, and where Foundation can read the text, the same answer.
    @Test(arguments: 300..<308) func damagedMessagesAreReadAsFoundationReadsThem(_ seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        var outcomes = [0, 0, 0]
        for _ in 0..<300 {
            var bytes = Array(random.next().json.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random.generator) { random.damage(&bytes) }
            let text = String(decoding: bytes, as: UTF8.self)
            let theirs = JSONValue.foundation(bytes)
            switch Self.outcome(of: bytes) {
            case .success(let message):
                outcomes[message == nil ? 0 : 1] += 1
                guard let theirs else { continue }
                #expect(try Interpretation(theirs) == Interpretation(message), "\(text)")
            case .failure(let error):
                outcomes[2] += 1
                #expect(error.code == .invalidMessage)
                guard error.message != "Error reading JSON.", let theirs else { continue }
                #expect(throws: (any Error).self, "\(text)") { try Interpretation(theirs) }
            }
        }
        #expect(outcomes[1] > 10 && outcomes[2] > 10, "\(outcomes)")
    }

    @Test(arguments: 400..<404) func noiseNeverBreaksTheReader(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet =
            Array(#"{}[]:,"\u0123456789typearguments1n. E-"#.utf8) + [0x00, 0x1E, 0x0A, 0x80, 0xC3, 0xED, 0xFF]
        let words = [#""type":"#, #""target":"a""#, #""arguments":["#, #""invocationId":"#, "null", "{", "}"]
        for _ in 0..<2_000 {
            var bytes: [UInt8] = Bool.random(using: &generator) ? [UInt8(ascii: "{")] : []
            for _ in 0..<Int.random(in: 0..<16, using: &generator) {
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    bytes += Array(words.randomElement(using: &generator)!.utf8)
                } else {
                    bytes.append(alphabet.randomElement(using: &generator)!)
                }
            }
            if case .failure(let error) = Self.outcome(of: bytes) { #expect(error.code == .invalidMessage) }
        }
    }
}

/// What the specification makes of a message, read with Foundation; and the same view of our message.
private struct Interpretation: Equatable {
    private struct Refused: Error {}

    var type: Int64?
    var strings: [String: String] = [:]
    var values: [String: JSONValue] = [:]
    var streamIDs: [String] = []
    var headers: [String: String] = [:]
    var allowReconnect = false

    init(_ value: JSONValue) throws {
        guard case .object(let members) = value, case .integer(let type)? = members["type"] else { throw Refused() }
        let invocationID = try Self.string(members["invocationId"], nullable: true) ?? ""
        let target = try Self.string(members["target"], nullable: false)
        let error = try Self.string(members["error"], nullable: true)
        let result = members["result"]
        if let arguments = members["arguments"] { guard case .array = arguments else { throw Refused() } }
        let streamIDs = try Self.strings(members["streamIds"])
        let headers = try Self.headers(members["headers"])
        switch members["allowReconnect"] {
        case nil, .null?, .bool?: break
        default: throw Refused()
        }
        if let sequenceID = members["sequenceId"] { guard case .integer = sequenceID else { throw Refused() } }
        guard (1...9).contains(type) else { return }
        self.type = type
        if (2...5).contains(type), invocationID.isEmpty { throw Refused() }
        if (1...5).contains(type), !invocationID.isEmpty { self.strings["invocationId"] = invocationID }
        switch type {
        case 1, 4:
            guard let target, let arguments = members["arguments"] else { throw Refused() }
            self.strings["target"] = target
            self.values["arguments"] = arguments
            self.streamIDs = streamIDs
            self.headers = headers
        case 2:
            guard let item = members["item"] else { throw Refused() }
            self.values["item"] = item
        case 3:
            if error != nil, result != nil, result != .null { throw Refused() }
            self.strings["error"] = error
            if error == nil { self.values["result"] = result }
        case 7:
            self.strings["error"] = error
            self.allowReconnect = members["allowReconnect"] == .bool(true)
        case 8, 9:
            guard let sequenceID = members["sequenceId"] else { throw Refused() }
            self.values["sequenceId"] = sequenceID
        default: break
        }
    }

    init(_ message: HubMessage?) throws {
        switch message {
        case nil: break
        case .invocation(let invocation)?:
            self.type = invocation.isStreaming ? 4 : 1
            self.strings["invocationId"] = invocation.invocationID
            self.strings["target"] = invocation.target
            var arguments = invocation.arguments
            self.values["arguments"] = .array(try (0..<arguments.count).map { _ in try arguments.next(JSONValue.self) })
            self.streamIDs = invocation.streamIDs
            self.headers = invocation.headers
        case .streamItem(let invocationID, let item)?:
            self.type = 2
            self.strings["invocationId"] = invocationID
            self.values["item"] = JSONValue.foundation(item.readableBytesView)
        case .completion(let completion)?:
            self.type = 3
            self.strings["invocationId"] = completion.invocationID
            self.strings["error"] = completion.error
            self.values["result"] = completion.result.flatMap { JSONValue.foundation($0.readableBytesView) }
        case .cancelInvocation(let invocationID)?:
            self.type = 5
            self.strings["invocationId"] = invocationID
        case .ping?: self.type = 6
        case .close(let close)?:
            self.type = 7
            self.strings["error"] = close.error
            self.allowReconnect = close.allowReconnect
        case .ack(let sequenceID)?:
            self.type = 8
            self.values["sequenceId"] = .integer(sequenceID)
        case .sequence(let sequenceID)?:
            self.type = 9
            self.values["sequenceId"] = .integer(sequenceID)
        }
    }

    private static func string(_ value: JSONValue?, nullable: Bool) throws -> String? {
        switch value {
        case nil: return nil
        case .null? where nullable: return nil
        case .string(let string)?: return string
        default: throw Refused()
        }
    }

    private static func strings(_ value: JSONValue?) throws -> [String] {
        switch value {
        case nil, .null?: return []
        case .array(let values)?: return try values.map { try Self.string($0, nullable: false)! }
        default: throw Refused()
        }
    }

    private static func headers(_ value: JSONValue?) throws -> [String: String] {
        switch value {
        case nil, .null?: return [:]
        case .object(let members)?: return try members.mapValues { try Self.string($0, nullable: false)! }
        default: throw Refused()
        }
    }
}
