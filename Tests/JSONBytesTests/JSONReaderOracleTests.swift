import Foundation
import Testing

@testable import JSONBytes

/// Our reader against Foundation's two, which depart from RFC 8259 here and there: both take a comma before a closing
/// bracket, `JSONDecoder` refuses `0e7`, and neither takes what lies beyond a `Double`.
@Suite struct JSONReaderOracleTests {
    private static func serialization(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    @Test(arguments: 0..<16) func randomDocumentsReadAsFoundationReadsThem(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        var compared = 0
        for _ in 0..<100 {
            let document = random.document()
            let tree = try JSONTree.read(document)
            if let theirs = JSONTree.foundation(document) {
                compared += 1
                #expect(tree == theirs, "\(document)")
            } else {
                #expect(Self.serialization(document), "\(document)")
            }
        }
        #expect(compared > 90)
    }

    /// One byte changed, removed or put in.
    @Test(arguments: 100..<116) func damagedDocumentsAreRefusedAsFoundationRefusesThem(_ seed: UInt64) {
        var random = RandomJSON(seed: seed)
        var refused = 0
        for _ in 0..<200 {
            var bytes = random.document()
            let index = Int.random(in: 0..<bytes.count, using: &random.generator)
            // Without NUL and byte order marks: by them Foundation guesses other encodings.
            let byte = UInt8.random(in: 1...0xDF, using: &random.generator)
            switch Int.random(in: 0..<4, using: &random.generator) {
            case 0: bytes[index] = byte
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(byte, at: index)
            default: bytes.insert(#"{}[]:,"\0-+.eEutn"#.utf8.randomElement(using: &random.generator)!, at: index)
            }
            let theirs = JSONTree.foundation(bytes)
            do throws(JSONError) {
                let ours = try JSONTree.read(bytes)
                guard !Self.isBeyondADouble(ours) else { continue }
                #expect(theirs == ours || theirs == nil && Self.serialization(bytes), "\(bytes)")
            } catch {
                refused += 1
                let isLastComma = Self.isCommaBeforeBracket(at: error.offset, in: bytes)
                #expect(theirs == nil || isLastComma || !Self.serialization(bytes), "\(bytes)")
            }
        }
        #expect(refused > 50)
    }

    /// Bytes of any kind: an answer or an error, and `skip()` refuses nothing that the tree accepts.
    @Test(arguments: 200..<208) func noiseNeverBreaksTheReader(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array(#"{}[]:,"\u0123456789aeftrlsn-+.E \#n"#.utf8) + [0x00, 0x1E, 0x80, 0xC3, 0xFF]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<24, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator)! }
            let tree = try? JSONTree.read(bytes)
            let isSkipped =
                (try? bytes.withReader { reader throws(JSONError) in
                    try reader.skip()
                    try reader.finish()
                    return true
                }) ?? false
            if tree != nil { #expect(isSkipped) }
        }
    }

    private static func isCommaBeforeBracket(at offset: Int, in bytes: [UInt8]) -> Bool {
        guard offset < bytes.count, [UInt8(ascii: "]"), UInt8(ascii: "}")].contains(bytes[offset]) else { return false }
        return bytes[..<offset].last { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: ",")
    }

    private static func isBeyondADouble(_ tree: JSONTree) -> Bool {
        switch tree {
        case .number(let number): !number.isFinite || number == 0
        case .array(let elements): elements.contains { Self.isBeyondADouble($0) }
        case .object(let members): members.values.contains { Self.isBeyondADouble($0) }
        default: false
        }
    }
}
