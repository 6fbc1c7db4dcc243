import Foundation
import NIOCore
import Testing

@testable import JSONBytes

@Suite struct JSONWritingTests {
    private static func written(_ string: String) -> String {
        var buffer = ByteBuffer()
        buffer.writeJSONString(string)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a/b", #""a/b""#), (#"say "hi""#, #""say \"hi\"""#),
        (#"a\b"#, #""a\\b""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\u{0}\u{1}\u{1E}\u{1F}", #""\u0000\u0001\u001e\u001f""#),
        ("\u{7F}é日😀\u{2028}", "\"\u{7F}é日😀\u{2028}\""), ("\"", #""\"""#), ("a\nb\nc", #""a\nb\nc""#),
    ])
    func strings(_ string: String, _ json: String) {
        #expect(Self.written(string) == json)
    }

    @Test func everyScalarComesBackThroughTwoReaders() throws {
        for start in stride(from: UInt32(0), to: 0x2_0000, by: 64) {
            var string = ""
            for value in start..<(start + 64) {
                if let scalar = Unicode.Scalar(value) { string.unicodeScalars.append(scalar) }
            }
            let json = Self.written(string)
            #expect(!json.utf8.contains { $0 < 0x20 })
            let ours = try read(json) { reader throws(JSONError) in try reader.readString() }
            let theirs = try JSONDecoder().decode(String.self, from: Data(json.utf8))
            #expect(Array(ours.utf8) == Array(string.utf8))
            #expect(Array(theirs.utf8) == Array(string.utf8))
        }
    }

    /// A string bridged from elsewhere, or a substring, has no contiguous UTF-8 of its own.
    @Test func substringsAndLongStrings() {
        let long = String(repeating: "0123456789\"", count: 10_000)
        #expect(Self.written(String(long.dropFirst(3))).utf8.count == 2 + 10_000 * 12 - 3)
        #expect(Self.written(long).hasSuffix(#"9\"""#))
    }

    @Test func stringsAreAppended() {
        var buffer = ByteBuffer(string: "x")
        buffer.writeJSONString("a")
        Array("b\"".utf8).withUnsafeBytes { buffer.writeJSONString(utf8: $0) }
        buffer.writeJSONString(utf8: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(String(buffer: buffer) == #"x"a""b\"""""#)
    }

    @Test func numbersAreWrittenAsSwiftPrintsThem() {
        var generator = SeededGenerator(seed: 1)
        var numbers: [Int64] = [0, 1, -1, 9, 10, -10, .max, .min, .max - 1, .min + 1]
        for shift in 0..<63 { numbers += [1 << Int64(shift), -(1 << Int64(shift)), (1 << Int64(shift)) - 1] }
        for _ in 0..<1_000 { numbers.append(Int64.random(in: .min ... .max, using: &generator)) }
        for number in numbers {
            var buffer = ByteBuffer()
            buffer.writeJSONNumber(number)
            #expect(String(buffer: buffer) == String(number))
        }
    }
}
