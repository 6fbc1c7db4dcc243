import Foundation
import NIOCore
import SignalRProtocol
import Testing

@Suite struct HubArgumentsTests {
    private static let bindingFailed = HubProtocolError(
        .invalidArguments,
        "Error binding arguments. Make sure that the types of the provided values match the types of the hub method being invoked."
    )

    private static func bind<Value: Decodable>(_ json: String, as type: Value.Type) throws(HubProtocolError) -> Value {
        var arguments = HubArguments(json)
        return try arguments.next(type)
    }

    struct Mail: Codable, Equatable {
        var subject: String
        var size: Int
        var from: String?
        var tags: [String: [Double]]
    }

    enum Level: Int, Codable { case low, high }

    // MARK: - One after another

    @Test func argumentsAreReadInTheirOrder() throws {
        var arguments = HubArguments(#""a""#, "2", "true", #"["b"]"#, "null")
        #expect(arguments.count == 5)
        #expect(try arguments.next(String.self) == "a")
        #expect(try arguments.next(Int.self) == 2)
        #expect(try arguments.next(Bool.self))
        #expect(try arguments.next([String].self) == ["b"])
        #expect(try arguments.next(Int?.self) == nil)
        #expect(arguments.count == 5)
        let none = HubProtocolError(.invalidArguments, "Invocation provides 5 argument(s) but target expects more.")
        #expect(throws: none) { try arguments.next(String.self) }
    }

    @Test func aCopyReadsForItself() throws {
        let arguments = HubArguments("1", "2")
        var first = arguments
        var second = arguments
        #expect(try first.next(Int.self) == 1)
        #expect(try second.next(Int.self) == 1)
        #expect(try first.next(Int.self) == 2)
    }

    @Test func theCountMustBeExact() throws {
        try HubArguments().requireCount(0)
        try HubArguments("1", "2").requireCount(2)
        let error = HubProtocolError(.invalidArguments, "Invocation provides 2 argument(s) but target expects 1.")
        #expect(throws: error) { try HubArguments("1", "2").requireCount(1) }
        let missing = HubProtocolError(.invalidArguments, "Invocation provides 0 argument(s) but target expects 3.")
        #expect(throws: missing) { try HubArguments().requireCount(3) }
    }

    // MARK: - Types

    @Test(arguments: [
        (#""""#, ""), (#""hi""#, "hi"), (#""\u00e9\u001e\n\"\/""#, "é\u{1E}\n\"/"), ("\"日本😀\"", "日本😀"),
        (#""\ud83d\ude00""#, "😀"), (#" "a" "#, "a"),
    ])
    func strings(_ json: String, _ value: String) throws {
        #expect(try Self.bind(json, as: String.self) == value)
        #expect(try Self.bind(json, as: String?.self) == value)
        #expect(try Self.bind("[\(json)]", as: [String].self) == [value])
    }

    @Test(arguments: [
        ("0", 0), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", Int.max),
        ("-9223372036854775808", Int.min), ("1e2", 100), ("2.0", 2),
    ])
    func integers(_ json: String, _ value: Int) throws {
        #expect(try Self.bind(json, as: Int.self) == value)
        #expect(try Self.bind(json, as: Int?.self) == value)
        #expect(try Self.bind("[\(json)]", as: [Int].self) == [value])
        if let small = Int8(exactly: value) { #expect(try Self.bind(json, as: Int8.self) == small) }
    }

    @Test func otherNumbers() throws {
        #expect(try Self.bind("18446744073709551615", as: UInt64.self) == .max)
        #expect(try Self.bind("-9223372036854775808", as: Int64.self) == .min)
        #expect(try Self.bind("255", as: UInt8.self) == 255)
        #expect(try Self.bind("1.5", as: Double.self) == 1.5)
        #expect(try Self.bind("7", as: Double.self) == 7)
        #expect(try Self.bind("0.25", as: Float.self) == 0.25)
        #expect(try Self.bind("12345678901234567890.125", as: Decimal.self) == Decimal(string: "12345678901234567890.125"))
    }

    @Test func everythingElseThatIsDecodable() throws {
        #expect(try Self.bind("true", as: Bool.self))
        #expect(try Self.bind("false", as: Bool?.self) == false)
        #expect(try Self.bind("null", as: String?.self) == nil)
        #expect(try Self.bind("null", as: [String]?.self) == nil)
        #expect(try Self.bind("null", as: Mail?.self) == nil)
        #expect(try Self.bind("[]", as: [String].self) == [])
        #expect(try Self.bind(#"["a",null]"#, as: [String?].self) == ["a", nil])
        #expect(try Self.bind("1", as: Level.self) == .high)
        #expect(try Self.bind(#""AQID""#, as: Data.self) == Data([1, 2, 3]))
        #expect(try Self.bind(#"{"a":[1]}"#, as: [String: [Int]].self) == ["a": [1]])
        let id = try #require(UUID(uuidString: "E621E1F8-C36C-495A-93FC-0C247A3E6E5F"))
        #expect(try Self.bind(#""e621e1f8-c36c-495a-93fc-0c247a3e6e5f""#, as: UUID.self) == id)
        let mail = Mail(subject: "Hi", size: 3, from: nil, tags: ["x": [0.5, 1]])
        #expect(try Self.bind(#"{"subject":"Hi","size":3,"tags":{"x":[0.5,1]},"more":{}}"#, as: Mail.self) == mail)
        #expect(try Self.bind(#"{"tags":{"x":[0.5,1]},"from":null,"size":3,"subject":"Hi"}"#, as: Mail.self) == mail)
    }

    @Test(arguments: [
        ("2026-11-24T09:30:00Z", 1_795_512_600), ("2026-11-24T09:30:00.125Z", 1_795_512_600.125),
        ("2026-11-24T09:30:00.1250000+02:00", 1_795_505_400.125), ("1969-12-31T23:59:59Z", -1),
        ("2000-01-01T00:00:00+00:00", 946_684_800),
    ])
    func dates(_ text: String, _ seconds: Double) throws {
        #expect(try Self.bind("\"\(text)\"", as: Date.self) == Date(timeIntervalSince1970: seconds))
        #expect(try Self.bind("[\"\(text)\"]", as: [Date?].self) == [Date(timeIntervalSince1970: seconds)])
    }

    // MARK: - What does not fit

    private static func fails<Value: Decodable>(_ json: String, _ type: Value.Type) -> Bool {
        do throws(HubProtocolError) {
            _ = try Self.bind(json, as: type)
            return false
        } catch {
            return error == Self.bindingFailed
        }
    }

    @Test(arguments: ["null", "1", "true", "[]", "{}", "", "x", #""a"#, #""a" 1"#, #""\ud800""#, "\"\u{1}\""])
    func notAString(_ json: String) {
        #expect(Self.fails(json, String.self))
        if json != "null" { #expect(Self.fails(json, String?.self)) }
        #expect(Self.fails("[\(json)]", [String].self) || json.isEmpty)
    }

    @Test(arguments: [
        "null", #""1""#, "true", "1.5", "9223372036854775808", "-9223372036854775809", "1e400", "01", "", "-", "1 2", "NaN",
    ])
    func notAnInteger(_ json: String) {
        #expect(Self.fails(json, Int.self))
    }

    @Test func notTheTypeThatIsWanted() {
        for json in ["null", "0", #""true""#, "[]", "TRUE", "true false"] { #expect(Self.fails(json, Bool.self)) }
        for json in ["null", "{}", #""a""#, "[1]", #"["a",null]"#, #"["a""#, #"["a"],"#] {
            #expect(Self.fails(json, [String].self))
        }
        #expect(Self.fails("128", Int8.self))
        #expect(Self.fails("-1", UInt64.self))
        #expect(Self.fails("2", Level.self))
        #expect(Self.fails(#""2026-11-24""#, Date.self))
        #expect(Self.fails("0", Date.self))
        #expect(Self.fails(#"{"subject":"Hi","size":3}"#, Mail.self))
        #expect(Self.fails(#"{"subject":"Hi","size":"3","tags":{}}"#, Mail.self))
        #expect(Self.fails("[]", Mail.self))
    }

    /// The method gets what is next even if it lives with the failure.
    @Test func anArgumentThatDoesNotFitIsPassedOver() throws {
        var arguments = HubArguments("true", #""b""#)
        #expect(throws: Self.bindingFailed) { try arguments.next(Int.self) }
        #expect(try arguments.next(String.self) == "b")
    }

    @Test func bytesThatAreNoText() {
        for bytes in [[0x22, 0xC3, 0x28, 0x22], [0x22, 0xFF, 0x22], [0x5B, 0x22, 0xED, 0xA0, 0x80, 0x22, 0x5D]] as [[UInt8]] {
            var arguments = HubArguments(json: [ByteBuffer(bytes: bytes), ByteBuffer(bytes: bytes)])
            #expect(throws: Self.bindingFailed) { try arguments.next(String.self) }
            #expect(throws: Self.bindingFailed) { try arguments.next([String].self) }
        }
    }
}
