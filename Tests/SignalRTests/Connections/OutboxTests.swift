import NIOCore
import Testing

@testable import SignalR

@Suite struct OutboxTests {
    /// A socket that takes so many bytes, and no more.
    private final class Socket: ByteSink {
        var room: Int?
        var taken = ""
        var writes = 0

        init(room: Int?) { self.room = room }

        func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
            self.writes += 1
            guard let room = self.room else { return nil }
            let count = min(room, bytes.count)
            self.taken += String(decoding: bytes[..<count], as: UTF8.self)
            self.room = room - count
            return count
        }
    }

    private func write(_ text: String, _ outbox: inout Outbox, _ socket: Socket) -> Outbox.Action {
        Array(text.utf8).withUnsafeBytes { outbox.write($0, to: socket) }
    }

    @Test func writesStraightToTheSocket() {
        var outbox = Outbox(limit: 10)
        let socket = Socket(room: 1000)
        for _ in 0..<3 { #expect(self.write("abc", &outbox, socket) == .nothing) }
        #expect(socket.taken == "abcabcabc")
        #expect(outbox.outstanding == 0)
    }

    @Test func handsOverWhatTheSocketDoesNotTake() {
        var outbox = Outbox(limit: 10)
        let socket = Socket(room: 4)
        #expect(self.write("abcdef", &outbox, socket) == .handOver(ByteBuffer(string: "ef")))
        #expect(outbox.outstanding == 2)
        socket.room = 1000
        // Nothing overtakes what the channel has.
        #expect(self.write("gh", &outbox, socket) == .nothing)
        #expect(self.write("ij", &outbox, socket) == .nothing)
        #expect(outbox.flush(to: socket) == .nothing)
        #expect(socket.taken == "abcd")
        #expect(outbox.outstanding == 6)
        outbox.written()
        // What piled up leaves in one write.
        let writes = socket.writes
        #expect(outbox.flush(to: socket) == .nothing)
        #expect(socket.taken == "abcdghij")
        #expect(socket.writes == writes + 1)
        #expect(outbox.outstanding == 0)
    }

    @Test func goesOnHandingOver() {
        var outbox = Outbox(limit: 100)
        let socket = Socket(room: 0)
        #expect(self.write("ab", &outbox, socket) == .handOver(ByteBuffer(string: "ab")))
        #expect(self.write("cd", &outbox, socket) == .nothing)
        outbox.written()
        socket.room = 1
        #expect(outbox.flush(to: socket) == .handOver(ByteBuffer(string: "d")))
        #expect(outbox.outstanding == 1)
        outbox.written()
        #expect(self.write("e", &outbox, Socket(room: 9)) == .nothing)
        #expect(outbox.outstanding == 0)
    }

    @Test func isBounded() {
        var outbox = Outbox(limit: 10)
        let socket = Socket(room: 0)
        _ = self.write("12345", &outbox, socket)
        #expect(self.write("67890", &outbox, socket) == .nothing)
        #expect(self.write("x", &outbox, socket) == .overflow)
        #expect(outbox.append(ByteBuffer(string: "x")) == .overflow)
        #expect(outbox.outstanding == 10)
        outbox.discardWaiting()
        #expect(outbox.append(ByteBuffer(string: "bye")) == .nothing)
        #expect(outbox.outstanding == 8)
    }

    @Test func oneLargeMessagePassesAlone() {
        var outbox = Outbox(limit: 3)
        let socket = Socket(room: 0)
        #expect(self.write("large", &outbox, socket) == .handOver(ByteBuffer(string: "large")))
        #expect(self.write("x", &outbox, socket) == .overflow)
    }

    @Test func keepsWhatIsAppendedUntilTheFlush() {
        var outbox = Outbox(limit: 100)
        let socket = Socket(room: 1000)
        #expect(outbox.append(ByteBuffer(string: "ab")) == .nothing)
        #expect(outbox.append(ByteBuffer(string: "cd")) == .nothing)
        // A write in between stays in order.
        #expect(self.write("ef", &outbox, socket) == .nothing)
        #expect(socket.taken == "")
        #expect(outbox.flush(to: socket) == .nothing)
        #expect(socket.taken == "abcdef")
        #expect(socket.writes == 1)
    }

    @Test func noticesThatTheSocketIsGone() {
        var outbox = Outbox(limit: 100)
        #expect(self.write("a", &outbox, Socket(room: nil)) == .lost)
        _ = outbox.append(ByteBuffer(string: "ab"))
        #expect(outbox.flush(to: Socket(room: nil)) == .lost)
    }

    @Test func takesOverWhatWasSentPastIt() {
        let bytes = Array("abcdef".utf8)
        var outbox = Outbox(limit: 10)
        #expect(bytes.withUnsafeBytes { outbox.wrote(6, of: $0) } == .nothing)
        #expect(!outbox.isHandedOver)
        #expect(bytes.withUnsafeBytes { outbox.wrote(4, of: $0) } == .handOver(ByteBuffer(string: "ef")))
        #expect(outbox.outstanding == 2)
        outbox.written()
        #expect(bytes.withUnsafeBytes { outbox.wrote(nil, of: $0) } == .lost)
    }

    @Test func waitsForWhatTheChannelHadBefore() {
        var outbox = Outbox(limit: 100)
        let socket = Socket(room: 1000)
        outbox.handOver(4)
        #expect(self.write("a", &outbox, socket) == .nothing)
        #expect(socket.taken == "")
        outbox.written()
        #expect(outbox.flush(to: socket) == .nothing)
        #expect(socket.taken == "a")
    }
}
