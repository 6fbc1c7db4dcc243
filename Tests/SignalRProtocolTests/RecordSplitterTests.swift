import NIOCore
import SignalRProtocol
import Testing

@Suite struct RecordSplitterTests {
    /// All records that `chunks` hold, in as many reads.
    private static func split(
        _ chunks: [ByteBuffer], with splitter: inout RecordSplitter
    ) throws(HubProtocolError) -> [String] {
        var records: [String] = []
        for var chunk in chunks {
            while let record = try splitter.next(in: &chunk) { records.append(String(buffer: record)) }
            #expect(chunk.readableBytes == 0)
        }
        return records
    }

    private static func split(_ chunks: String..., limit: Int? = 32_768) throws(HubProtocolError) -> [String] {
        var splitter = RecordSplitter(maximumRecordSize: limit)
        return try Self.split(chunks.map { ByteBuffer(string: $0) }, with: &splitter)
    }

    private static func tooLarge(_ limit: Int) -> HubProtocolError {
        HubProtocolError(
            .messageTooLarge,
            "The maximum message size of \(limit)B was exceeded. The message size can be configured in AddHubOptions."
        )
    }

    @Test func severalInOneRead() throws {
        #expect(try Self.split("a\u{1E}bc\u{1E}d\u{1E}") == ["a", "bc", "d"])
    }

    @Test func oneInSeveralReads() throws {
        #expect(try Self.split("a", "b", "", "c\u{1E}", "\u{1E}d", "e", "\u{1E}f\u{1E}g") == ["abc", "de", "f"])
        #expect(try Self.split("abc", "\u{1E}") == ["abc"])
    }

    @Test func emptyRecordsArePassedOver() throws {
        #expect(try Self.split("\u{1E}\u{1E}a\u{1E}\u{1E}", "\u{1E}", "b\u{1E}") == ["a", "b"])
        #expect(try Self.split("\u{1E}", "\u{1E}") == [])
        #expect(try Self.split("") == [])
    }

    @Test func knowsWhetherARecordHasBegun() throws {
        var splitter = RecordSplitter()
        #expect(!splitter.isMidRecord)
        #expect(try Self.split([ByteBuffer(string: "a\u{1E}b")], with: &splitter) == ["a"])
        #expect(splitter.isMidRecord)
        #expect(try Self.split([ByteBuffer(string: "\u{1E}")], with: &splitter) == ["b"])
        #expect(!splitter.isMidRecord)
        #expect(try Self.split([ByteBuffer(string: "\u{1E}")], with: &splitter) == [])
        #expect(!splitter.isMidRecord)
    }

    /// As the handshake does: the first record is taken, and what follows stays for another reader.
    @Test func takesNoMoreThanOneRecord() throws {
        var splitter = RecordSplitter()
        var buffer = ByteBuffer(string: "first\u{1E}second\u{1E}")
        #expect(try splitter.next(in: &buffer).map { String(buffer: $0) } == "first")
        #expect(String(buffer: buffer) == "second\u{1E}")
    }

    @Test func allBytesButTheSeparatorBelongToRecords() throws {
        let bytes = Array(UInt8.min...UInt8.max)
        var splitter = RecordSplitter()
        var buffer = ByteBuffer(bytes: bytes)
        #expect(try splitter.next(in: &buffer)?.bytes == Array(bytes[..<0x1E]))
        #expect(try splitter.next(in: &buffer) == nil)
        var end = ByteBuffer(bytes: [0x1E])
        #expect(try splitter.next(in: &end)?.bytes == Array(bytes[0x1F...]))
    }

    // MARK: - The limit

    @Test func aRecordOfExactlyTheLimitPasses() throws {
        #expect(try Self.split("1234567\u{1E}", limit: 8) == ["1234567"])
        #expect(try Self.split("123", "4567", "\u{1E}", limit: 8) == ["1234567"])
        #expect(try Self.split("1234567", "\u{1E}1234567\u{1E}1234567", "\u{1E}", limit: 8).count == 3)
        let largest = String(repeating: "x", count: 32_767)
        #expect(try Self.split(largest + "\u{1E}" + largest, "\u{1E}") == [largest, largest])
    }

    @Test(arguments: [
        ["12345678\u{1E}"], ["12345678"], ["1234567", "8"], ["1234567", "8\u{1E}"], ["a\u{1E}12345678\u{1E}"],
        ["1", "2", "3", "4", "5", "6", "7", "8"], [String(repeating: "x", count: 100_000)],
    ])
    func oneByteMoreDoesNot(_ chunks: [String]) {
        var splitter = RecordSplitter(maximumRecordSize: 8)
        #expect(throws: Self.tooLarge(8)) { try Self.split(chunks.map { ByteBuffer(string: $0) }, with: &splitter) }
    }

    @Test func recordsBeforeTheOneThatIsTooLargeAreStillTaken() throws {
        var splitter = RecordSplitter(maximumRecordSize: 4)
        var buffer = ByteBuffer(string: "a\u{1E}b\u{1E}toolarge\u{1E}")
        #expect(try splitter.next(in: &buffer).map { String(buffer: $0) } == "a")
        #expect(try splitter.next(in: &buffer).map { String(buffer: $0) } == "b")
        #expect(throws: Self.tooLarge(4)) { try splitter.next(in: &buffer) }
    }

    @Test func manySmallRecordsAreNotALargeOne() throws {
        let many = String(repeating: "abc\u{1E}", count: 50_000)
        #expect(try Self.split(many, limit: 4).count == 50_000)
    }

    @Test func withoutALimitAnySizePasses() throws {
        let large = String(repeating: "x", count: 300_000)
        #expect(try Self.split(large, large, "\u{1E}", limit: nil) == [large + large])
    }

    // MARK: - Random cuts

    @Test(arguments: 0..<16) func cutsDoNotMatter(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let records = (0..<40).map { _ in
            String(repeating: "r", count: Int.random(in: 0..<40, using: &generator)) + JSONValue.randomString(&generator)
        }.map { $0.replacing("\u{1E}", with: "") }
        let bytes = Array(records.map { $0 + "\u{1E}" }.joined().utf8)
        let expected = records.filter { !$0.isEmpty }

        var splitter = RecordSplitter(maximumRecordSize: 128)
        #expect(try Self.split([ByteBuffer(bytes: bytes)], with: &splitter) == expected)
        #expect(try Self.split(bytes.map { ByteBuffer(bytes: [$0]) }, with: &splitter) == expected)
        for _ in 0..<20 {
            var chunks: [ByteBuffer] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 0..<60, using: &generator))
                chunks.append(ByteBuffer(bytes: bytes[start..<end]))
                start = end
            }
            #expect(try Self.split(chunks, with: &splitter) == expected)
            #expect(!splitter.isMidRecord)
        }
    }
}
