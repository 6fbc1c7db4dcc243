import NIOCore
import Testing

@testable import SignalRProtocol

@Suite struct LengthPrefixedSplitterTests {
    static let prefixes: [(Int, String)] = [
        (0, "00"), (1, "01"), (127, "7F"), (128, "80 01"), (255, "FF 01"), (300, "AC 02"), (5_248, "80 29"), (16_383, "FF 7F"),
        (16_384, "80 80 01"), (32_768, "80 80 02"), (2_097_151, "FF FF 7F"), (2_097_152, "80 80 80 01"),
    ]

    /// All messages that `chunks` hold, in as many reads.
    private static func split(
        _ chunks: [[UInt8]], with splitter: inout LengthPrefixedSplitter
    ) throws(HubProtocolError) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for chunk in chunks {
            var buffer = ByteBuffer(bytes: chunk)
            while let message = try splitter.next(in: &buffer) { messages.append(message.bytes) }
            #expect(buffer.readableBytes == 0)
        }
        return messages
    }

    private static func split(_ hex: String..., limit: Int? = 32_768) throws(HubProtocolError) -> [[UInt8]] {
        var splitter = LengthPrefixedSplitter(maximumMessageSize: limit)
        return try Self.split(hex.map { [UInt8](hex: $0) }, with: &splitter)
    }

    private static func tooLarge(_ limit: Int) -> HubProtocolError {
        HubProtocolError(
            .messageTooLarge,
            "The maximum message size of \(limit)B was exceeded. The message size can be configured in AddHubOptions."
        )
    }

    private static let noPrefix = HubProtocolError(.invalidMessage, "Messages over 2GB in size are not supported.")

    // MARK: - Writing

    @Test(arguments: prefixes) func prefixesAreWrittenInTheirShortestForm(_ length: Int, _ hex: String) throws {
        var buffer = ByteBuffer(bytes: [0xAA, 0xBB])
        buffer.moveReaderIndex(forwardBy: 1)
        // Its two ends differ, so that a shift would show.
        var content = ByteBuffer(repeating: 7, count: length)
        if length > 0 { content.setInteger(UInt8(8), at: 0) }
        if length > 1 { content.setInteger(UInt8(9), at: length - 1) }
        LengthPrefix.write(into: &buffer) { $0.writeImmutableBuffer(content) }
        let prefix = [UInt8](hex: hex)
        #expect(buffer.getBytes(at: 1, length: 1 + prefix.count) == [0xBB] + prefix)
        #expect(buffer.getSlice(at: 2 + prefix.count, length: length) == content)
        var splitter = LengthPrefixedSplitter(maximumMessageSize: nil)
        buffer.moveReaderIndex(forwardBy: 1)
        #expect(try splitter.next(in: &buffer) == content)
        #expect(buffer.readableBytes == 0)
    }

    @Test func whatThrowsLeavesNothingBehind() {
        struct Refused: Error {}
        var buffer = ByteBuffer(bytes: [1])
        #expect(throws: Refused.self) {
            try LengthPrefix.write(into: &buffer) {
                $0.writeRepeatingByte(7, count: 1_000)
                throw Refused()
            }
        }
        #expect(buffer.bytes == [1])
    }

    // MARK: - Splitting

    @Test func severalInOneRead() throws {
        #expect(try Self.split("01 AA 02 BB CC 00 01 DD") == [[0xAA], [0xBB, 0xCC], [], [0xDD]])
    }

    @Test func oneInSeveralReads() throws {
        #expect(try Self.split("03", "", "AA", "BB CC 01", "DD", "02 EE") == [[0xAA, 0xBB, 0xCC], [0xDD]])
        let content = String(repeating: "AA", count: 300)
        #expect(try Self.split("AC", "02", content, "01 BB").map(\.count) == [300, 1])
    }

    @Test func knowsWhetherAMessageHasBegun() throws {
        var splitter = LengthPrefixedSplitter()
        #expect(!splitter.isMidMessage)
        _ = try Self.split([[0x80]], with: &splitter)
        #expect(splitter.isMidMessage)
        _ = try Self.split([[0x01]], with: &splitter)
        #expect(splitter.isMidMessage)
        #expect(try Self.split([Array(repeating: 7, count: 128)], with: &splitter).count == 1)
        #expect(!splitter.isMidMessage)
        #expect(try Self.split([[0]], with: &splitter) == [[]])
        #expect(!splitter.isMidMessage)
    }

    @Test func takesNoMoreThanOneMessage() throws {
        var splitter = LengthPrefixedSplitter()
        var buffer = ByteBuffer(hex: "01 AA 01 BB")
        #expect(try splitter.next(in: &buffer)?.bytes == [0xAA])
        #expect(buffer.bytes == [0x01, 0xBB])
    }

    /// Longer than need be, but not too long: .NET takes them too.
    @Test func prefixesNeedNotBeTheShortest() throws {
        #expect(try Self.split("81 00 AA 81 80 80 80 00 BB") == [[0xAA], [0xBB]])
    }

    @Test(arguments: 0..<16) func cutsDoNotMatter(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let messages: [[UInt8]] = (0..<40).map { index in
            let count = Int.random(in: 0..<([20, 200, 400].randomElement(using: &generator)!), using: &generator)
            return Array(repeating: UInt8(index), count: count)
        }
        var all = ByteBuffer()
        for message in messages { LengthPrefix.write(into: &all) { $0.writeBytes(message) } }
        let bytes = all.bytes
        var splitter = LengthPrefixedSplitter(maximumMessageSize: 402)
        #expect(try Self.split([bytes], with: &splitter) == messages)
        #expect(try Self.split(bytes.map { [$0] }, with: &splitter) == messages)
        for _ in 0..<10 {
            var chunks: [[UInt8]] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 0..<300, using: &generator))
                chunks.append(Array(bytes[start..<end]))
                start = end
            }
            #expect(try Self.split(chunks, with: &splitter) == messages)
            #expect(!splitter.isMidMessage)
        }
    }

    // MARK: - The limit

    @Test func aMessageOfExactlyTheLimitPasses() throws {
        #expect(try Self.split("03 AA BB CC", limit: 4) == [[0xAA, 0xBB, 0xCC]])
        #expect(throws: Self.tooLarge(4)) { try Self.split("04", limit: 4) }
        let largest = Array(repeating: UInt8(7), count: 32_765)
        var splitter = LengthPrefixedSplitter()
        #expect(try Self.split([[0xFD, 0xFF, 0x01] + largest], with: &splitter) == [largest])
    }

    /// The length alone is enough; nothing of the message need have come.
    @Test(arguments: ["80 80 02", "FE FF 01", "FF FF FF FF 07", "FF FF FF", "80 80 80 01"])
    func tooLargeAMessageIsRefusedByItsLength(_ hex: String) {
        #expect(throws: Self.tooLarge(32_768)) { try Self.split(hex) }
        #expect(throws: Self.tooLarge(32_768)) {
            var splitter = LengthPrefixedSplitter()
            _ = try Self.split([UInt8](hex: hex).map { [$0] }, with: &splitter)
        }
    }

    @Test func messagesBeforeTheOneThatIsTooLargeAreStillTaken() throws {
        var splitter = LengthPrefixedSplitter(maximumMessageSize: 4)
        var buffer = ByteBuffer(hex: "01 AA 05 BB BB BB BB BB")
        #expect(try splitter.next(in: &buffer)?.bytes == [0xAA])
        #expect(throws: Self.tooLarge(4)) { try splitter.next(in: &buffer) }
    }

    @Test(arguments: ["80 80 80 80 08", "FF FF FF FF 0F", "80 80 80 80 80", "FF FF FF FF FF 01", "FF FF FF FF 7F"])
    func theFifthByteMustBeTheLast(_ hex: String) {
        #expect(throws: Self.noPrefix) { try Self.split(hex, limit: nil) }
    }

    /// With a limit or without, what is only announced costs nothing.
    @Test(arguments: ["80 80 80 80 01", "FF FF FF 7F", "FF FF FF FF 07"])
    func withoutALimitTheLargestLengthIsWaitedFor(_ hex: String) throws {
        var splitter = LengthPrefixedSplitter(maximumMessageSize: nil)
        #expect(try Self.split([[UInt8](hex: hex), [1, 2, 3]], with: &splitter) == [])
        #expect(splitter.isMidMessage)
    }
}
