import NIOCore
import Testing

@testable import SignalRProtocol

extension MessagePackValue {
    /// Writes the value with our writer.
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .null: buffer.writeMessagePackNil()
        case .bool(let value): buffer.writeMessagePackBool(value)
        case .integer(let value): buffer.writeMessagePackInteger(value)
        case .unsigned(let value): buffer.writeMessagePackInteger(value)
        case .float(let value): buffer.writeMessagePackFloat(value)
        case .double(let value): buffer.writeMessagePackDouble(value)
        case .string(let value): buffer.writeMessagePackString(value)
        case .binary(let value): value.withUnsafeBytes { buffer.writeMessagePackBinary($0) }
        case .array(let values):
            buffer.writeMessagePackArrayHeader(count: values.count)
            for value in values { value.write(into: &buffer) }
        case .map(let members):
            buffer.writeMessagePackMapHeader(count: members.count)
            for member in members {
                member.key.write(into: &buffer)
                member.value.write(into: &buffer)
            }
        case .ext(let type, let value): value.withUnsafeBytes { buffer.writeMessagePackExtension(type: type, $0) }
        }
    }
}

@Suite struct MessagePackWritingTests {
    private static func written(_ value: MessagePackValue) -> [UInt8] {
        var buffer = ByteBuffer(bytes: [0xAA])
        value.write(into: &buffer)
        return Array(buffer.bytes.dropFirst())
    }

    @Test(arguments: MessagePackVectors.values)
    func valuesAsAnotherLanguageWritesThem(_ hex: String, _ value: MessagePackValue) {
        #expect(Self.written(value) == [UInt8](hex: hex))
        #expect(value.bytes == [UInt8](hex: hex))
    }

    @Test(arguments: 0..<4) func theShortestForm(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let value = MessagePackValue.random(&generator)
            #expect(Self.written(value) == value.bytes, "\(value)")
        }
    }

    @Test func integersAroundEveryPowerOfTwo() {
        for shift in 0..<64 {
            let power = UInt64(1) << UInt64(shift)
            for value in [power &- 1, power, power &+ 1] {
                var buffer = ByteBuffer()
                buffer.writeMessagePackInteger(value)
                let expected = Int64(exactly: value).map { MessagePackValue.integer($0) } ?? .unsigned(value)
                #expect(buffer.bytes == expected.bytes)
                guard let positive = Int64(exactly: value) else { continue }
                for signed in [positive, -positive] {
                    #expect(Self.written(.integer(signed)) == MessagePackValue.integer(signed).bytes)
                }
            }
        }
    }

    @Test(arguments: MessagePackVectors.heads)
    func headsAtTheBoundariesOfTheirLength(_ kind: String, _ count: Int, _ hex: String) throws {
        let value: MessagePackValue =
            switch kind {
            case "string": .string(String(repeating: "x", count: count))
            case "binary": .binary(Array(repeating: 7, count: count))
            case "array": .array(Array(repeating: .null, count: count))
            case "map": .map(Array(repeating: .init(.null, .null), count: count))
            default: .ext(1, Array(repeating: 7, count: count))
            }
        let bytes = Self.written(value)
        let head = [UInt8](hex: hex)
        #expect(Array(bytes.prefix(head.count)) == head)
        #expect(bytes.count == head.count + (kind == "map" ? 2 * count : count))
        #expect(try MessagePackValue.ours(bytes) == value)
    }

    @Test(arguments: MessagePackVectors.timestamps)
    func timestamps(_ hex: String, _ seconds: Int64, _ nanoseconds: UInt32) {
        var buffer = ByteBuffer()
        buffer.writeMessagePackTimestamp(MessagePackTimestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(buffer.bytes == [UInt8](hex: hex))
    }

    @Test func numbersThatAreNone() {
        #expect(Self.written(.double(.infinity)) == [UInt8](hex: "cb7ff0000000000000"))
        #expect(Self.written(.float(-.infinity)) == [UInt8](hex: "caff800000"))
        #expect(Self.written(.double(-0.0)) == [UInt8](hex: "cb8000000000000000"))
        #expect(Self.written(.double(.nan)).count == 9)
    }
}
