import Testing

@testable import SignalR

@Suite struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8], cutAt cut: Int) -> Bool {
        var validator = UTF8Validator()
        let parts = [bytes.prefix(cut), bytes.dropFirst(cut)].map(Array.init)
        return parts.allSatisfy { part in part.withUnsafeBytes { validator.accept($0) } } && validator.isComplete
    }

    @Test func agreesWithTheStandardLibraryOnEveryShortText() {
        // Every second and third byte behind every first one.
        var wrong: [[UInt8]] = []
        let samples: [UInt8] = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xED, 0xF4, 0xFF]
        for first in UInt8.min...UInt8.max {
            for second in samples {
                for third in samples {
                    for fourth in [0x41, 0x80, 0xBF] as [UInt8] {
                        let bytes = [first, second, third, fourth]
                        let expected = String(validating: bytes, as: UTF8.self) != nil
                        if self.isValid(bytes, cutAt: 4) != expected { wrong.append(bytes) }
                    }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func doesNotMindWhereItIsCut() {
        let text = Array("Grüße, 日本語, 🎉, and a good deal of plain text behind it".utf8)
        for cut in 0...text.count { #expect(self.isValid(text, cutAt: cut)) }
        let broken = Array(text[..<20]) + [0xFF] + Array(text[20...])
        for cut in 0...broken.count { #expect(!self.isValid(broken, cutAt: cut)) }
    }

    @Test func missesTheEndOfACharacter() {
        #expect(!self.isValid(Array(Array("🎉".utf8).dropLast()), cutAt: 0))
    }
}
