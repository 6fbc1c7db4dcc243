import Foundation
import NIOCore
import Testing

@testable import SignalRProtocol

/// What most applications send.
struct Mail: Codable, Equatable {
    var subject: String
    var size: Int
    var sent: Date
    var body: Data
    var tags: [String?]
    var ratio: Double
    var reply: Reply?

    struct Reply: Codable, Equatable {
        var to: [String: Int8]
    }

    static let example = Mail(
        subject: "Hi", size: 3, sent: Date(timeIntervalSince1970: 1_795_512_600.125), body: Data([1, 2]), tags: ["a", nil],
        ratio: 0.5
    )
}

@Suite struct MessagePackPayloadTests {
    private static func encode(_ value: some Encodable) throws -> MessagePackValue? {
        var buffer = ByteBuffer(bytes: [0xAA])
        try MessagePackPayload.encode(value, into: &buffer)
        return MessagePackValue(buffer.bytes.dropFirst())
    }

    private static func decode<Value: Decodable>(
        _ value: MessagePackValue, as type: Value.Type
    ) throws(HubProtocolError) -> Value {
        try MessagePackPayload.decode(type, from: ByteBuffer(bytes: value.bytes))
    }

    /// Encodes and decodes, and looks at the bytes in between.
    private static func roundTrip<Value: Codable & Equatable>(_ value: Value, _ expected: MessagePackValue) throws {
        #expect(try Self.encode(value) == expected)
        #expect(try Self.decode(expected, as: Value.self) == value)
        #expect(try Self.encode([value]) == .array([expected]))
        #expect(try Self.decode(.array([expected, expected]), as: [Value].self) == [value, value])
        #expect(try Self.encode(Value?.some(value)) == expected)
        #expect(try Self.decode(expected, as: Value?.self) == value)
        #expect(try Self.encode(["k": value]) == .map([.init("k", expected)]))
        #expect(try Self.decode(.map([.init("k", expected)]), as: [String: Value].self) == ["k": value])
    }

    private static func fails<Value: Decodable>(_ value: MessagePackValue, _ type: Value.Type) -> Bool {
        do throws(HubProtocolError) {
            _ = try Self.decode(value, as: type)
            return false
        } catch {
            return error == .bindingFailed
        }
    }

    // MARK: - Simple values

    @Test func integersOfEveryWidth() throws {
        func check<Value: FixedWidthInteger & Codable>(_ type: Value.Type) throws {
            for value in [Value.min, .max, 0, 1, 7, 100] {
                try Self.roundTrip(value, Int64(exactly: value).map { .integer($0) } ?? .unsigned(UInt64(value)))
            }
            if Value.isSigned { try Self.roundTrip(0 - Value(1), .integer(-1)) }
            #expect(Self.fails(Value.isSigned ? .unsigned(.max) : .integer(-1), type))
            #expect(Self.fails(.string("1"), type))
            #expect(Self.fails(.bool(true), type))
            #expect(Self.fails(.null, type))
            #expect(Self.fails(.double(1.5), type))
            #expect(Self.fails(.double(.nan), type))
            #expect(Self.fails(.double(1e300), type))
            #expect(try Self.decode(.double(100), as: type) == 100)
            #expect(try Self.decode(.float(7), as: type) == 7)
            if Value.bitWidth < 64 {
                #expect(Self.fails(.integer(Int64(Value.max) + 1), type))
                #expect(Self.fails(.integer(Int64(Value.min) - 1), type))
            }
        }
        try check(Int.self)
        try check(Int8.self)
        try check(Int16.self)
        try check(Int32.self)
        try check(Int64.self)
        try check(UInt.self)
        try check(UInt8.self)
        try check(UInt16.self)
        try check(UInt32.self)
        try check(UInt64.self)
    }

    @Test func floatingPoint() throws {
        for value in [0.0, -0.1, 1e300, .infinity, -.infinity, .leastNonzeroMagnitude] as [Double] {
            try Self.roundTrip(value, .double(value))
        }
        for value in [0.0, -0.1, 3e38, .infinity] as [Float] { try Self.roundTrip(value, .float(value)) }
        #expect(try Self.decode(.double(.nan), as: Double.self).isNaN)
        #expect(try Self.decode(.double(.nan), as: Float.self).isNaN)
        #expect(try Self.decode(.float(0.5), as: Double.self) == 0.5)
        #expect(try Self.decode(.double(0.5), as: Float.self) == 0.5)
        #expect(try Self.decode(.integer(-7), as: Double.self) == -7)
        #expect(try Self.decode(.unsigned(.max), as: Double.self) == 18_446_744_073_709_551_616)
        #expect(try Self.decode(.integer(7), as: Float.self) == 7)
        #expect(Self.fails(.double(1e300), Float.self))
        #expect(Self.fails(.string("1"), Double.self))
        #expect(Self.fails(.null, Double.self))
    }

    @Test func textAndTruth() throws {
        for value in ["", "a", "é😀\u{1E}\u{0}", String(repeating: "x", count: 70_000)] {
            try Self.roundTrip(value, .string(value))
        }
        try Self.roundTrip(true, .bool(true))
        try Self.roundTrip(false, .bool(false))
        for value in [MessagePackValue.null, .integer(1), .binary([0x61]), .array([]), .map([]), .ext(1, [0x61])] {
            #expect(Self.fails(value, String.self))
            #expect(Self.fails(value, Bool.self))
        }
    }

    @Test func binary() throws {
        try Self.roundTrip(Data(), .binary([]))
        try Self.roundTrip(Data([1, 2, 3]), .binary([1, 2, 3]))
        try Self.roundTrip(Data(repeating: 7, count: 70_000), .binary(Array(repeating: 7, count: 70_000)))
        // A slice counts from somewhere else.
        #expect(try Self.encode(Data([1, 2, 3])[1...]) == .binary([2, 3]))
        #expect(try Self.encode([UInt8]([1, 200])) == .array([.integer(1), .integer(200)]))
        #expect(Self.fails(.string("a"), Data.self))
        #expect(Self.fails(.array([.integer(1)]), Data.self))
    }

    @Test func nothing() throws {
        #expect(try Self.encode(Int?.none) == .null)
        #expect(try Self.encode(Mail?.none) == .null)
        #expect(try Self.decode(.null, as: Int?.self) == nil)
        #expect(try Self.decode(.null, as: Mail?.self) == nil)
        #expect(try Self.decode(.null, as: [String]?.self) == nil)
        #expect(try Self.encode([Int?.some(1), nil]) == .array([.integer(1), .null]))
        #expect(try Self.decode(.array([.integer(1), .null]), as: [Int?].self) == [1, nil])
        #expect(try Self.decode(.map([.init("a", .null)]), as: [String: Int?].self) == ["a": Int?.none])
    }

    // MARK: - Dates and others

    @Test(arguments: MessagePackVectors.timestamps)
    func datesAreTimestamps(_ hex: String, _ seconds: Int64, _ nanoseconds: UInt32) throws {
        let date = Date(timeIntervalSince1970: Double(seconds)).addingTimeInterval(Double(nanoseconds) / 1e9)
        let bytes = [UInt8](hex: hex)
        let decoded = try MessagePackPayload.decode(Date.self, from: ByteBuffer(bytes: bytes))
        // A Date near today is precise to a quarter of a microsecond, one far away to less.
        #expect(abs(decoded.timeIntervalSince(date)) < 0.000_05)
        var buffer = ByteBuffer()
        try MessagePackPayload.encode(Date(timeIntervalSince1970: Double(seconds)), into: &buffer)
        let whole = try MessagePackPayload.decode(Date.self, from: buffer)
        #expect(whole == Date(timeIntervalSince1970: Double(seconds)))
        if nanoseconds == 0 { #expect(buffer.bytes == bytes) }
    }

    @Test func datesComeBackAsTheyWere() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            let date = Date(timeIntervalSinceReferenceDate: Double.random(in: 1e8...2e9, using: &generator))
            var buffer = ByteBuffer()
            try MessagePackPayload.encode(date, into: &buffer)
            #expect(buffer.readableBytes == 10)
            #expect(try MessagePackPayload.decode(Date.self, from: buffer) == date)
        }
        for seconds in [0, -0.5, -1e-9, 0.999_999_999_9, 4_294_967_296, -62_135_596_800, 253_402_300_799] {
            let date = Date(timeIntervalSince1970: seconds)
            var buffer = ByteBuffer()
            try MessagePackPayload.encode(date, into: &buffer)
            #expect(abs(try MessagePackPayload.decode(Date.self, from: buffer).timeIntervalSince(date)) < 1e-6)
        }
        // 4001-01-01, 64,092,211,200 seconds after 1970.
        try Self.roundTrip(Date.distantFuture, .ext(-1, [UInt8](hex: "00000000 0000000E EC318800")))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
    func datesThatAreNoMoment(_ seconds: Double) {
        #expect(throws: EncodingError.self) { try Self.encode(Date(timeIntervalSince1970: seconds)) }
        #expect(throws: EncodingError.self) { try Self.encode([Date(timeIntervalSince1970: seconds)]) }
    }

    @Test func whatIsNoDate() {
        for value in [MessagePackValue.string("2026-11-24T09:30:00Z"), .integer(1), .null, .ext(5, [0, 0, 0, 0]), .ext(-1, [0])] {
            #expect(Self.fails(value, Date.self))
        }
    }

    @Test func linksDecimalsAndIdentifiers() throws {
        let link = try #require(URL(string: "https://example.com/a?b=c"))
        try Self.roundTrip(link, .string("https://example.com/a?b=c"))
        let decimal = try #require(Decimal(string: "-12345678901234567890.123456789"))
        try Self.roundTrip(decimal, .string("-12345678901234567890.123456789"))
        #expect(try Self.decode(.integer(-7), as: Decimal.self) == -7)
        #expect(try Self.decode(.unsigned(.max), as: Decimal.self) == Decimal(UInt64.max))
        #expect(try Self.decode(.double(0.5), as: Decimal.self) == 0.5)
        for text in ["", "x", "1x", "1 2"] { #expect(Self.fails(.string(text), Decimal.self), "\(text)") }
        let id = try #require(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
        try Self.roundTrip(id, .string("E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
        #expect(try Self.decode(.string("e621e1f8-c36c-495a-93fc-0c247a3e6e5f"), as: UUID.self) == id)
    }

    // MARK: - Structures

    @Test func structures() throws {
        var members: [MessagePackValue.Member] = [
            .init("subject", .string("Hi")), .init("size", .integer(3)),
            .init("sent", .ext(-1, [UInt8](hex: "1dcd65006b055918"))), .init("body", .binary([1, 2])),
            .init("tags", .array([.string("a"), .null])), .init("ratio", .double(0.5)),
        ]
        try Self.roundTrip(Mail.example, .map(members))
        var mail = Mail.example
        mail.reply = Mail.Reply(to: ["ann": -1])
        members.append(.init("reply", .map([.init("to", .map([.init("ann", .integer(-1))]))])))
        try Self.roundTrip(mail, .map(members))
        // Any order, more members, and nil for what may be absent.
        members[6].value = .null
        members += [.init("more", .map([.init(.null, .array([]))])), .init(.null, .null), .init(.integer(5), .bool(true))]
        #expect(try Self.decode(.map(members.reversed()), as: Mail.self) == .example)
        for index in 0..<6 {
            var fewer = members
            fewer.remove(at: index)
            #expect(Self.fails(.map(fewer), Mail.self))
            var other = members
            other[index].value = .ext(9, [1])
            #expect(Self.fails(.map(other), Mail.self))
        }
        for value in [MessagePackValue.null, .array([]), .string("a"), .integer(1), .map([])] {
            #expect(Self.fails(value, Mail.self))
        }
    }

    @Test func enumerations() throws {
        enum Level: Int, Codable { case low, high }
        enum Color: String, Codable { case red }
        enum Shape: Codable, Equatable {
            case point
            case circle(radius: Double)
        }
        try Self.roundTrip(Level.high, .integer(1))
        try Self.roundTrip(Color.red, .string("red"))
        try Self.roundTrip(Shape.point, .map([.init("point", .map([]))]))
        try Self.roundTrip(Shape.circle(radius: 2), .map([.init("circle", .map([.init("radius", .double(2))]))]))
        #expect(Self.fails(.integer(2), Level.self))
        #expect(Self.fails(.string("green"), Color.self))
    }

    @Test func keysMayBeNumbers() throws {
        try Self.roundTrip([1: "a"], .map([.init("1", .string("a"))]))
        let numbers = MessagePackValue.map([.init(.integer(1), .string("a")), .init(.integer(-2), .string("b"))])
        #expect(try Self.decode(numbers, as: [Int: String].self) == [1: "a", -2: "b"])
        #expect(try Self.decode(numbers, as: [String: String].self) == ["1": "a", "-2": "b"])
        struct Numbered: Codable, Equatable {
            enum CodingKeys: Int, CodingKey { case name = 1 }
            var name: String
        }
        #expect(try Self.decode(numbers, as: Numbered.self) == Numbered(name: "a"))
    }

    @Test func nestedArrays() throws {
        try Self.roundTrip([[Int]](), .array([]))
        try Self.roundTrip([[1, 2], [], [3]], .array([.array([.integer(1), .integer(2)]), .array([]), .array([.integer(3)])]))
        let long = Array(0..<1_000)
        try Self.roundTrip(long, .array(long.map { .integer(Int64($0)) }))
        struct Empty: Codable, Equatable {}
        try Self.roundTrip(Empty(), .map([]))
    }

    /// Containers that are filled while others are open, and in another order than they were made.
    struct Interleaved: Codable, Equatable {
        enum Keys: String, CodingKey { case first, second, last }

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Keys.self)
            var first = outer.nestedUnkeyedContainer(forKey: .first)
            var second = outer.nestedContainer(keyedBy: Keys.self, forKey: .second)
            try outer.encode("z", forKey: .last)
            try second.encode(1, forKey: .last)
            var inner = first.nestedContainer(keyedBy: Keys.self)
            try first.encode("a")
            try first.encodeNil()
            try inner.encode(true, forKey: .first)
            var deep = first.nestedUnkeyedContainer()
            try deep.encode(2)
            try inner.encodeNil(forKey: .second)
        }

        init() {}

        init(from decoder: any Decoder) throws {
            let outer = try decoder.container(keyedBy: Keys.self)
            #expect(outer.allKeys == [.first, .second, .last])
            var first = try outer.nestedUnkeyedContainer(forKey: .first)
            #expect(first.count == 4)
            let inner = try first.nestedContainer(keyedBy: Keys.self)
            #expect(try inner.decode(Bool.self, forKey: .first))
            #expect(try inner.decodeNil(forKey: .second))
            #expect(!inner.contains(.last))
            #expect(throws: DecodingError.self) { try inner.decodeNil(forKey: .last) }
            #expect(try first.decodeNil() == false)
            #expect(throws: DecodingError.self) { try first.decode(Int.self) }
            #expect(first.currentIndex == 1)
            #expect(try first.decode(String.self) == "a")
            #expect(try first.decodeNil())
            var deep = try first.nestedUnkeyedContainer()
            #expect(try deep.decode(Int.self) == 2)
            #expect(deep.isAtEnd && first.isAtEnd)
            #expect(throws: DecodingError.self) { try deep.decode(Int.self) }
            #expect(throws: DecodingError.self) { try first.nestedUnkeyedContainer() }
            let second = try outer.nestedContainer(keyedBy: Keys.self, forKey: .second)
            #expect(try second.decode(Int.self, forKey: .last) == 1)
            #expect(try outer.decode(String.self, forKey: .last) == "z")
        }
    }

    @Test func containersMayBeFilledInAnyOrder() throws {
        let inner = MessagePackValue.map([.init("first", .bool(true)), .init("second", .null)])
        try Self.roundTrip(
            Interleaved(),
            .map([
                .init("first", .array([inner, .string("a"), .null, .array([.integer(2)])])),
                .init("second", .map([.init("last", .integer(1))])), .init("last", .string("z")),
            ])
        )
    }

    private class Animal: Codable {
        var name = "Rex"
    }

    private final class Dog: Animal {
        enum Keys: String, CodingKey { case age }
        var age = 3

        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(self.age, forKey: .age)
            try super.encode(to: container.superEncoder())
        }

        override init() { super.init() }

        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            self.age = try container.decode(Int.self, forKey: .age)
            try super.init(from: try container.superDecoder())
        }
    }

    @Test func classesAndTheirParents() throws {
        let value = MessagePackValue.map([.init("age", .integer(3)), .init("super", .map([.init("name", .string("Rex"))]))])
        #expect(try Self.encode(Dog()) == value)
        let dog = try Self.decode(value, as: Dog.self)
        #expect(dog.age == 3 && dog.name == "Rex")
        #expect(Self.fails(.map([.init("age", .integer(3))]), Dog.self))
    }

    @Test func jsonThatIsThereAlreadyBecomesMessagePack() throws {
        let fragment = JSONFragment(ByteBuffer(string: #"{"a":[1,-2,9007199254740993,0.5,"é",null,true]}"#))
        let values: [MessagePackValue] = [
            .integer(1), .integer(-2), .integer(9_007_199_254_740_993), .double(0.5), .string("é"), .null, .bool(true),
        ]
        #expect(try Self.encode(fragment) == .map([.init("a", .array(values))]))
        #expect(try Self.encode([fragment]) == .array([.map([.init("a", .array(values))])]))
    }

    // MARK: - What goes wrong

    /// Two answers to one question are no answer.
    @Test func contradictionsAreRefused() {
        struct Twice: Encodable {
            let isArrayFirst: Bool
            func encode(to encoder: any Encoder) throws {
                if self.isArrayFirst {
                    var array = encoder.unkeyedContainer()
                    try array.encode(1)
                } else {
                    var single = encoder.singleValueContainer()
                    try single.encode(1)
                }
                var single = encoder.singleValueContainer()
                try single.encode(2)
            }
        }
        for isArrayFirst in [true, false] {
            #expect(throws: EncodingError.self) { try Self.encode(Twice(isArrayFirst: isArrayFirst)) }
            #expect(throws: EncodingError.self) { try Self.encode([Twice(isArrayFirst: isArrayFirst)]) }
        }
    }

    /// A value that fails, and whose owner goes on without it.
    @Test func aFailureThatIsCaughtLeavesNoTrace() throws {
        struct Forgiving: Encodable {
            enum Keys: String, CodingKey { case bad, good }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                try? container.encode(Date(timeIntervalSince1970: .nan), forKey: .bad)
                try? container.encode(JSONHubProtocolTests.Unencodable(), forKey: .bad)
                try container.encode(1, forKey: .good)
            }
        }
        #expect(try Self.encode(Forgiving()) == .map([.init("good", .integer(1))]))
    }

    @Test func errorsKnowTheirPlace() throws {
        struct Probe: Decodable {
            init(from decoder: any Decoder) throws {
                let outer = try decoder.container(keyedBy: Mail.Keys.self)
                var list = try outer.nestedUnkeyedContainer(forKey: .list)
                _ = try list.decode(Int.self)
                do {
                    _ = try list.decode(Int.self)
                    Issue.record("It is no integer.")
                } catch DecodingError.typeMismatch(let type, let context) {
                    #expect(ObjectIdentifier(type) == ObjectIdentifier(Int.self))
                    #expect(context.codingPath.map(\.stringValue) == ["list", "Index 1"])
                    #expect(!context.debugDescription.contains("secret"))
                }
                do {
                    _ = try outer.decode(Int.self, forKey: .none)
                    Issue.record("There is no value.")
                } catch DecodingError.valueNotFound {}
                do {
                    _ = try outer.decode(Int.self, forKey: .missing)
                    Issue.record("There is no key.")
                } catch DecodingError.keyNotFound(let key, _) {
                    #expect(key.stringValue == "missing")
                }
            }
        }
        let value = MessagePackValue.map([.init("list", .array([.integer(1), .string("secret")])), .init("none", .null)])
        _ = try Self.decode(value, as: Probe.self)
    }

    @Test func bytesThatAreNoMessagePack() {
        for hex in ["", "C1", "91", "A2 61", "01 01", "DD FF FF FF FF", "A1 FF"] {
            #expect(throws: HubProtocolError.bindingFailed) {
                try MessagePackPayload.decode(String?.self, from: ByteBuffer(hex: hex))
            }
            #expect(throws: HubProtocolError.bindingFailed) {
                try MessagePackPayload.decode([String].self, from: ByteBuffer(hex: hex))
            }
        }
        let deep = ByteBuffer(bytes: Array(repeating: 0x91, count: 100_000) + [0xC0])
        #expect(throws: HubProtocolError.bindingFailed) { try MessagePackPayload.decode(Recursive.self, from: deep) }
    }

    struct Recursive: Decodable {
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            if !container.isAtEnd { _ = try container.decode(Recursive?.self) }
        }
    }

    // MARK: - Arguments

    @Test func argumentsAreReadInTheirOrder() throws {
        let values: [MessagePackValue] = [.string("a"), .integer(2), .null, .array([.bool(true)])]
        let bytes = ByteBuffer(bytes: values.flatMap(\.bytes))
        var arguments = MessagePackArguments(bytes, count: 4)
        try arguments.requireCount(4)
        let wrongCount = HubProtocolError(.invalidArguments, "Invocation provides 4 argument(s) but target expects 1.")
        #expect(throws: wrongCount) { try arguments.requireCount(1) }
        #expect(try arguments.next(String.self) == "a")
        #expect(throws: HubProtocolError.bindingFailed) { try arguments.next(String.self) }
        #expect(try arguments.next(Int?.self) == nil)
        #expect(try arguments.next([Bool].self) == [true])
        #expect(arguments.count == 4)
        let none = HubProtocolError(.invalidArguments, "Invocation provides 4 argument(s) but target expects more.")
        #expect(throws: none) { try arguments.next(Int.self) }
        var short = MessagePackArguments(ByteBuffer(hex: "91"), count: 2)
        #expect(throws: HubProtocolError.bindingFailed) { try short.next([Int].self) }
        #expect(throws: HubProtocolError.bindingFailed) { try short.next([Int].self) }
    }
}

extension Mail {
    fileprivate enum Keys: String, CodingKey { case list, none, missing }
}
