import NIOCore
import Testing

@testable import SignalR

@Suite struct ServerSentEventTests {
    private func event(_ text: String) -> String {
        var buffer = ByteBuffer()
        ByteBuffer(string: text).withUnsafeReadableBytes { buffer.writeServerSentEvent($0) }
        return String(buffer: buffer)
    }

    @Test func aPing() {
        #expect(
            Array(self.event("{\"type\":6}\u{1E}").utf8) == [
                0x64, 0x61, 0x74, 0x61, 0x3A, 0x20, 0x7B, 0x22, 0x74, 0x79, 0x70, 0x65, 0x22, 0x3A, 0x36, 0x7D, 0x1E, 0x0D, 0x0A,
                0x0D, 0x0A,
            ]
        )
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func everyLineIsMarked(_ end: String) {
        #expect(
            self.event("{\(end)1\(end)\(end)}\u{1E}") == "data: {\r\ndata: 1\r\ndata: \r\ndata: }\u{1E}\r\n\r\n"
        )
    }
}
