import NIOCore
import Testing

@testable import SignalRProtocol

extension MessagePackValue {
    /// What our reader reads.
    static func ours(_ bytes: [UInt8]) throws(MessagePackError) -> MessagePackValue {
        try ByteBuffer(bytes: bytes).withMessagePackReader { reader throws(MessagePackError) in
            let value = try Self.ours(&reader)
            try reader.finish()
            return value
        }
    }

    private static func ours(_ reader: inout MessagePackReader) throws(MessagePackError) -> MessagePackValue {
        switch try reader.peek() {
        case .null:
            _ = try reader.readNilIfPresent()
            return .null
        case .bool: return .bool(try reader.readBool())
        case .integer:
            var copy = reader
            guard let value = try? copy.readInt64() else { return .unsigned(try reader.readUInt64()) }
            reader = copy
            return .integer(value)
        case .float:
            let start = reader.offset
            let value = try reader.readDouble()
            return reader.offset - start == 5 ? .float(Float(value)) : .double(value)
        case .string: return .string(try reader.readString())
        case .binary: return .binary(Array(try reader.readBinary()))
        case .extension:
            let (type, bytes) = try reader.readExtension()
            return .ext(type, Array(bytes))
        case .array:
            var values: [MessagePackValue] = []
            for _ in 0..<(try reader.readArrayHeader()) { values.append(try Self.ours(&reader)) }
            return .array(values)
        case .map:
            var members: [Member] = []
            for _ in 0..<(try reader.readMapHeader()) {
                let key = try Self.ours(&reader)
                members.append(Member(key, try Self.ours(&reader)))
            }
            return .map(members)
        }
    }
}

@Suite struct MessagePackReaderTests {
    /// Runs `body` with a reader of bytes written in hexadecimal.
    private static func read<Value>(
        _ hex: String, maximumDepth: Int = 64, _ body: (inout MessagePackReader) throws(MessagePackError) -> Value
    ) throws(MessagePackError) -> Value {
        let outcome = [UInt8](hex: hex).withUnsafeBytes { bytes -> Result<Value, MessagePackError> in
            var reader = MessagePackReader(bytes, maximumDepth: maximumDepth)
            return Result { () throws(MessagePackError) in try body(&reader) }
        }
        return try outcome.get()
    }

    private static func failure(_ bytes: [UInt8]) -> MessagePackError? {
        do throws(MessagePackError) {
            try ByteBuffer(bytes: bytes).withMessagePackReader { reader throws(MessagePackError) in
                try reader.skip()
                try reader.finish()
            }
            return nil
        } catch {
            return error
        }
    }

    // MARK: - Values

    @Test(arguments: MessagePackVectors.values)
    func valuesAsAnotherLanguageWritesThem(_ hex: String, _ value: MessagePackValue) throws {
        let bytes = [UInt8](hex: hex)
        #expect(try MessagePackValue.ours(bytes) == value)
        #expect(MessagePackValue(bytes) == value)
        #expect(Self.failure(bytes) == nil)
    }

    @Test(arguments: 0..<8) func randomValuesInAnyForm(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let value = MessagePackValue.random(&generator)
            let bytes = value.bytes(&generator)
            #expect(try MessagePackValue.ours(bytes) == value, "\(bytes)")
            #expect(try MessagePackValue.ours(value.bytes) == value)
            #expect(Self.failure(bytes) == nil)
        }
    }

    @Test func everyWidthOfAnInteger() throws {
        let eights = [
            "08", "cc08", "cd0008", "ce00000008", "cf0000000000000008", "d008", "d10008", "d200000008", "d30000000000000008",
        ]
        for hex in eights {
            #expect(try Self.read(hex) { reader throws(MessagePackError) in try reader.readInt64() } == 8)
            #expect(try Self.read(hex) { reader throws(MessagePackError) in try reader.readUInt64() } == 8)
        }
        for hex in ["ff", "d0ff", "d1ffff", "d2ffffffff", "d3ffffffffffffffff"] {
            #expect(try Self.read(hex) { reader throws(MessagePackError) in try reader.readInt64() } == -1)
            #expect(throws: MessagePackError(.wrongType, at: 0)) {
                try Self.read(hex) { reader throws(MessagePackError) in try reader.readUInt64() }
            }
        }
        #expect(try Self.read("cfffffffffffffffff") { reader throws(MessagePackError) in try reader.readUInt64() } == .max)
        #expect(throws: MessagePackError(.wrongType, at: 0)) {
            try Self.read("cf8000000000000000") { reader throws(MessagePackError) in try reader.readInt64() }
        }
    }

    @Test func floatingPoint() throws {
        #expect(try Self.read("ca3f000000") { reader throws(MessagePackError) in try reader.readDouble() } == 0.5)
        #expect(try Self.read("cb7ff0000000000000") { reader throws(MessagePackError) in try reader.readDouble() } == .infinity)
        #expect(try Self.read("ca7fc00000") { reader throws(MessagePackError) in try reader.readDouble() }.isNaN)
        #expect(try Self.read("cb8000000000000000") { reader throws(MessagePackError) in try reader.readDouble() }.sign == .minus)
    }

    @Test(arguments: MessagePackVectors.timestamps)
    func timestamps(_ hex: String, _ seconds: Int64, _ nanoseconds: UInt32) throws {
        let timestamp = try Self.read(hex) { reader throws(MessagePackError) in
            let timestamp = try reader.readTimestamp()
            try reader.finish()
            return timestamp
        }
        #expect(timestamp == MessagePackTimestamp(seconds: seconds, nanoseconds: nanoseconds))
    }

    /// Another type, another size, or more nanoseconds than a second has.
    @Test(arguments: [
        "d60500000000", "d5ff0000", "c700ff", "d8ff00000000000000000000000000000000", "d7ffee6b280000000000",
        "c70cff3b9aca000000000000000000", "c0", "00", "c40400000000",
    ])
    func whatIsNoTimestampStaysUnread(_ hex: String) throws {
        try Self.read(hex) { reader throws(MessagePackError) in
            #expect(throws: MessagePackError(.wrongType, at: 0)) { try reader.readTimestamp() }
            try reader.skip()
            try reader.finish()
        }
    }

    // MARK: - Types

    @Test(arguments: [
        ("c0", MessagePackReader.Kind.null), ("c2", .bool), ("07", .integer), ("e0", .integer), ("d2ffffffff", .integer),
        ("cf0000000000000000", .integer), ("ca00000000", .float), ("cb0000000000000000", .float), ("a161", .string),
        ("d90161", .string), ("c40161", .binary), ("91c0", .array), ("dd00000000", .array), ("80", .map), ("de0001c0c0", .map),
        ("d40100", .extension), ("c7000a", .extension),
    ])
    func anotherTypeStaysUnread(_ hex: String, _ kind: MessagePackReader.Kind) throws {
        let attempts: [(MessagePackReader.Kind, (inout MessagePackReader) throws(MessagePackError) -> Void)] = [
            (.bool, { reader throws(MessagePackError) in _ = try reader.readBool() }),
            (.integer, { reader throws(MessagePackError) in _ = try reader.readInt64() }),
            (.integer, { reader throws(MessagePackError) in _ = try reader.readUInt64() }),
            (.float, { reader throws(MessagePackError) in _ = try reader.readDouble() }),
            (.string, { reader throws(MessagePackError) in _ = try reader.readString() }),
            (.string, { reader throws(MessagePackError) in _ = try reader.readStringBytes() }),
            (.binary, { reader throws(MessagePackError) in _ = try reader.readBinary() }),
            (.array, { reader throws(MessagePackError) in _ = try reader.readArrayHeader() }),
            (.map, { reader throws(MessagePackError) in _ = try reader.readMapHeader() }),
            (.extension, { reader throws(MessagePackError) in _ = try reader.readExtension() }),
        ]
        for (wanted, attempt) in attempts where wanted != kind {
            try Self.read("c0" + hex) { reader throws(MessagePackError) in
                #expect(try reader.readNilIfPresent())
                #expect(try reader.peek() == kind)
                #expect(throws: MessagePackError(.wrongType, at: 1)) { try attempt(&reader) }
                #expect(try reader.readNilIfPresent() == (kind == .null))
                if kind != .null { #expect(try reader.skip() == 1..<(1 + hex.count / 2)) }
                try reader.finish()
            }
        }
    }

    @Test func valuesInARow() throws {
        try Self.read("01a161c0c3") { reader throws(MessagePackError) in
            #expect(try reader.readInt64() == 1)
            #expect(throws: MessagePackError(.trailingBytes, at: 1)) { try reader.finish() }
            #expect(try reader.readString() == "a")
            #expect(try reader.readNilIfPresent())
            #expect(try reader.readNilIfPresent() == false)
            #expect(try reader.readBool())
            #expect(reader.offset == 5)
            try reader.finish()
            #expect(throws: MessagePackError(.unexpectedEnd, at: 5)) { try reader.peek() }
        }
    }

    // MARK: - Damage

    @Test(arguments: 100..<104) func everyTruncationEndsTooEarly(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let bytes = MessagePackValue.random(&generator).bytes(&generator)
            for count in bytes.indices {
                let prefix = Array(bytes[..<count])
                #expect(Self.failure(prefix)?.code == .unexpectedEnd, "\(bytes) cut at \(count)")
                #expect(throws: MessagePackError.self) { try MessagePackValue.ours(prefix) }
            }
        }
    }

    @Test(arguments: 200..<208) func damageIsNoticedAsTheOtherCodecNoticesIt(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var outcomes = [0, 0]
        for _ in 0..<400 {
            var bytes = MessagePackValue.random(&generator).bytes(&generator)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
                case 1 where bytes.count > 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: index)
                }
            }
            let theirs = MessagePackValue(bytes)
            let ours = try? MessagePackValue.ours(bytes)
            outcomes[ours == nil ? 0 : 1] += 1
            // A NaN equals nothing; its bytes do.
            #expect(theirs?.bytes == ours?.bytes, "\(bytes)")
            if ours != nil { #expect(Self.failure(bytes) == nil) }
        }
        #expect(outcomes.allSatisfy { $0 > 10 })
    }

    @Test(arguments: [
        ("", MessagePackError(.unexpectedEnd, at: 0)), ("c1", MessagePackError(.unexpectedByte, at: 0)),
        ("91c1", MessagePackError(.unexpectedByte, at: 1)), ("0000", MessagePackError(.trailingBytes, at: 1)),
        ("d9", MessagePackError(.unexpectedEnd, at: 0)), ("d901", MessagePackError(.unexpectedEnd, at: 0)),
        ("da00", MessagePackError(.unexpectedEnd, at: 0)), ("c7", MessagePackError(.unexpectedEnd, at: 0)),
        ("c700", MessagePackError(.unexpectedEnd, at: 0)), ("d4", MessagePackError(.unexpectedEnd, at: 0)),
        ("d401", MessagePackError(.unexpectedEnd, at: 0)), ("81", MessagePackError(.unexpectedEnd, at: 0)),
        ("8100", MessagePackError(.unexpectedEnd, at: 0)), ("920091", MessagePackError(.unexpectedEnd, at: 2)),
    ])
    func whatIsNotMessagePack(_ hex: String, _ error: MessagePackError) {
        #expect(Self.failure([UInt8](hex: hex)) == error)
    }

    /// Lengths that no memory could hold are refused by what is left, before anything is made of them.
    @Test(arguments: [
        "dbffffffff", "c6ffffffff", "c9ffffffff05", "ddffffffff", "dfffffffff", "dcffff", "deffff", "dd00000002c0",
        "df00000001c0", "dbffffffff61", "c9ffffffff",
    ])
    func lengthsBeyondTheBytes(_ hex: String) throws {
        let bytes = [UInt8](hex: hex)
        #expect(Self.failure(bytes) == MessagePackError(.unexpectedEnd, at: 0))
        #expect(Self.failure([0x91] + bytes) == MessagePackError(.unexpectedEnd, at: 1))
        let tooEarly = MessagePackError(.unexpectedEnd, at: 0)
        try Self.read(hex) { reader throws(MessagePackError) in
            #expect(throws: tooEarly) { try reader.peek() }
            #expect(throws: tooEarly) { try reader.readNilIfPresent() }
            #expect(throws: tooEarly) { try reader.readString() }
            #expect(throws: tooEarly) { try reader.readBinary() }
            #expect(throws: tooEarly) { try reader.readArrayHeader() }
            #expect(throws: tooEarly) { try reader.readMapHeader() }
            #expect(throws: tooEarly) { try reader.readExtension() }
            #expect(reader.offset == 0)
        }
    }

    @Test func depthIsBoundedExactly() throws {
        // Arrays; maps in values; maps in keys, whose values follow behind.
        let shapes: [(open: String, close: (Int) -> Int)] = [("91", { _ in 1 }), ("81c0", { _ in 1 }), ("81", { $0 + 1 })]
        for (open, close) in shapes {
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + String(repeating: "c0", count: close(depth))
            }
            #expect(Self.failure([UInt8](hex: nested(64))) == nil)
            #expect(Self.failure([UInt8](hex: nested(65))) == MessagePackError(.tooDeep, at: 64 * open.count / 2))
            _ = try Self.read(nested(3), maximumDepth: 3) { reader throws(MessagePackError) in try reader.skip() }
            #expect(throws: MessagePackError(.tooDeep, at: 3 * open.count / 2)) {
                try Self.read(nested(4), maximumDepth: 3) { reader throws(MessagePackError) in try reader.skip() }
            }
        }
        // Made to exhaust the stack; it ends at the bound, and the reader is where it was.
        try Self.read(String(repeating: "91", count: 1_000_000)) { reader throws(MessagePackError) in
            #expect(throws: MessagePackError(.tooDeep, at: 64)) { try reader.skip() }
            #expect(reader.offset == 0)
        }
        // Depth is how deep, not how many.
        _ = try Self.read("dc01f4" + String(repeating: "9190", count: 500), maximumDepth: 3) {
            reader throws(MessagePackError) in try reader.skip()
        }
    }

    @Test(arguments: ["a1ff", "a2c328", "a3eda080", "d902c080", "a4f4908080"])
    func stringsMustBeUTF8WhenTheyAreRead(_ hex: String) throws {
        try Self.read(hex) { reader throws(MessagePackError) in
            #expect(throws: MessagePackError(.invalidUTF8, at: 0)) { try reader.readString() }
            #expect(reader.offset == 0)
            #expect(try reader.readStringBytes().count > 0)
            try reader.finish()
        }
        #expect(Self.failure([UInt8](hex: hex)) == nil)
    }

    @Test func errorsSayWhereButNeverWhat() {
        let error = MessagePackError(.wrongType, at: 20)
        #expect(error.description == "Invalid MessagePack at byte 20: value of another type.")
    }
}
