import NIOCore
import Testing

@testable import SignalR

@Suite struct WebSocketFrameDecoderTests {
    private enum Outcome: Equatable {
        case data([UInt8])
        case ping([UInt8])
        case pong
        case close(UInt16?)
        case violation(UInt16)
    }

    /// Feeds `bytes` in pieces; joins neighbouring data, which may be cut anywhere.
    private func decode(_ bytes: [UInt8], pieces: Int, maximum: Int = 1 << 20) -> [Outcome] {
        var decoder = WebSocketFrameDecoder(maximumMessageSize: maximum)
        var outcomes: [Outcome] = []
        var payload = ByteBuffer()
        func flush() {
            guard payload.readableBytes > 0 else { return }
            let bytes = payload.readBytes(length: payload.readableBytes)!
            if case .data(let before)? = outcomes.last {
                outcomes[outcomes.count - 1] = .data(before + bytes)
            } else {
                outcomes.append(.data(bytes))
            }
        }
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            var input = ByteBuffer(bytes: bytes[start..<min(start + pieces, bytes.count)])
            do {
                while let event = try decoder.next(in: &input, payload: &payload) {
                    flush()
                    switch event {
                    case .data: break
                    case .ping(let content): outcomes.append(.ping(Array(content.readableBytesView)))
                    case .pong: outcomes.append(.pong)
                    case .close(let code): outcomes.append(.close(code))
                    }
                }
                #expect(input.readableBytes == 0)
            } catch {
                return outcomes + [.violation(error.code)]
            }
        }
        return outcomes
    }

    /// The same whole, byte by byte, and in pieces of every small size; what is long, only in large ones.
    private func expect(
        _ frames: [Frame], _ expected: [Outcome], maximum: Int = 1 << 20, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let bytes = frames.flatMap(\.bytes)
        for pieces in [bytes.count] + (bytes.count < 1000 ? Array(1...16) : [1000]) {
            #expect(
                self.decode(bytes, pieces: pieces, maximum: maximum) == expected, "in pieces of \(pieces)",
                sourceLocation: sourceLocation
            )
        }
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 125, 126, 127, 1000, 65_535, 65_536])
    func readsEveryLength(_ count: Int) {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 % 127) }
        self.expect([Frame(opcode: 1, content: content)], count == 0 ? [] : [.data(content)])
        self.expect([Frame(opcode: 2, content: content)], count == 0 ? [] : [.data(content)])
    }

    @Test func readsLongerFormsOfShortLengths() {
        self.expect([Frame(opcode: 1, content: [0x41], lengthForm: 126)], [.data([0x41])])
        self.expect([Frame(opcode: 1, content: [0x41], lengthForm: 127)], [.data([0x41])])
    }

    @Test func joinsFragmentsWithControlFramesBetween() {
        self.expect(
            [
                .text("one ", isFinal: false), Frame(opcode: 9, content: [1, 2, 3]),
                Frame(opcode: 0, content: Array("two ".utf8), isFinal: false), Frame(opcode: 10, content: []),
                Frame(opcode: 0, content: Array("three".utf8)), .text("!"), .close(1000),
            ],
            [
                .data(Array("one ".utf8)), .ping([1, 2, 3]), .data(Array("two ".utf8)), .pong, .data(Array("three!".utf8)),
                .close(1000),
            ]
        )
    }

    @Test func anEmptyFinalFragmentEndsAMessage() {
        self.expect(
            [.text("a", isFinal: false), Frame(opcode: 0, content: []), .text("b")], [.data(Array("ab".utf8))]
        )
    }

    @Test func refusesWhatTheRulesForbid() {
        self.expect([Frame(opcode: 1, content: [0x41], mask: nil)], [.violation(1002)])
        for reserved in [1, 2, 4] as [UInt8] {
            self.expect([Frame(opcode: 1, content: [0x41], reserved: reserved)], [.violation(1002)])
        }
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8] {
            self.expect([Frame(opcode: opcode, content: [])], [.violation(1002)])
        }
        for opcode in [8, 9, 10] as [UInt8] {
            self.expect([Frame(opcode: opcode, content: [], isFinal: false)], [.violation(1002)])
            self.expect([Frame(opcode: opcode, content: Array(repeating: 0, count: 126))], [.violation(1002)])
        }
        self.expect([Frame(opcode: 0, content: [0x41])], [.violation(1002)])
        self.expect([.text("a", isFinal: false), .text("b")], [.data([0x61]), .violation(1002)])
        self.expect([.text("a"), Frame(opcode: 0, content: [])], [.data([0x61]), .violation(1002)])
    }

    @Test func refusesLengthsThatDoNotExist() {
        let bytes: [UInt8] = [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
        #expect(self.decode(bytes, pieces: bytes.count) == [.violation(1002)])
    }

    @Test func refusesTooMuchBeforeItArrives() {
        self.expect([.text(String(repeating: "x", count: 10))], [.data(Array(repeating: 0x78, count: 10))], maximum: 10)
        var frame = Frame.text(String(repeating: "x", count: 11)).bytes
        frame.removeLast(11)
        #expect(self.decode(frame, pieces: frame.count, maximum: 10) == [.violation(1009)])
        self.expect(
            [.text("12345678", isFinal: false), Frame(opcode: 0, content: [0, 0, 0])],
            [.data(Array("12345678".utf8)), .violation(1009)], maximum: 10
        )
    }

    @Test func textMustBeUTF8AcrossFragments() {
        let text = Array("é🎉".utf8)
        for cut in 0...text.count {
            self.expect(
                [
                    Frame(opcode: 1, content: Array(text[..<cut]), isFinal: false), Frame(opcode: 9, content: []),
                    Frame(opcode: 0, content: Array(text[cut...])),
                ],
                cut == 0
                    ? [.ping([]), .data(text)]
                    : cut == text.count
                        ? [.data(text), .ping([])]
                        : [.data(Array(text[..<cut])), .ping([]), .data(Array(text[cut...]))]
            )
        }
        self.expect([Frame(opcode: 1, content: [0xC3])], [.violation(1007)])
        let broken = Frame(opcode: 1, content: [0x41, 0xFF]).bytes
        #expect(self.decode(broken, pieces: broken.count) == [.violation(1007)])
        #expect(self.decode(broken, pieces: 1) == [.data([0x41]), .violation(1007)])
        self.expect([Frame(opcode: 2, content: [0x41, 0xFF])], [.data([0x41, 0xFF])])
    }

    @Test func readsGoodbyes() {
        self.expect([.close(nil)], [.close(nil)])
        for code in [1000, 1001, 1003, 1007, 1011, 1012, 3000, 4999] as [UInt16] {
            self.expect([.close(code)], [.close(code)])
        }
        for code in [0, 999, 1004, 1005, 1006, 1015, 1100, 2999, 5000, 65_535] as [UInt16] {
            self.expect([.close(code)], [.violation(1002)])
        }
        self.expect([Frame(opcode: 8, content: [3])], [.violation(1002)])
        self.expect([Frame(opcode: 8, content: [3, 232] + Array("bye".utf8))], [.close(1000)])
        self.expect([Frame(opcode: 8, content: [3, 232, 0xC3])], [.violation(1007)])
    }

    private func verdict(_ outcomes: [Outcome]) -> UInt16? {
        if case .violation(let code)? = outcomes.last { code } else { nil }
    }

    @Test func survivesAnything() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 1...60, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Of broken text more or less may have been passed on; what counts is the verdict.
            #expect(self.verdict(self.decode(bytes, pieces: 1)) == self.verdict(self.decode(bytes, pieces: bytes.count)))
        }
    }
}
