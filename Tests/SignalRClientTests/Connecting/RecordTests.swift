import NIOCore
import NIOWebSocket
import SignalRProtocol
import Testing

@testable import SignalRClient

@Suite struct RecordTests {
    private let bytes = ByteBuffer(string: "x")

    @Test func framesAreBytes() {
        var frames = FrameReader()
        #expect(frames.read(.text, isFinal: true, payload: self.bytes) == .bytes(self.bytes))
        #expect(frames.read(.binary, isFinal: false, payload: self.bytes) == .bytes(self.bytes))
        // Between fragments.
        #expect(frames.read(.ping, isFinal: true, payload: self.bytes) == .pong(self.bytes))
        #expect(frames.read(.pong, isFinal: true, payload: self.bytes) == .nothing)
        #expect(frames.read(.continuation, isFinal: false, payload: self.bytes) == .bytes(self.bytes))
        #expect(frames.read(.continuation, isFinal: true, payload: self.bytes) == .bytes(self.bytes))
        #expect(frames.read(.connectionClose, isFinal: true, payload: ByteBuffer(bytes: [3, 0xE9])) == .close(code: 1001))
        #expect(frames.read(.connectionClose, isFinal: true, payload: ByteBuffer()) == .close(code: nil))
    }

    @Test func framesOutOfOrderAreNot() {
        var frames = FrameReader()
        #expect(frames.read(.continuation, isFinal: true, payload: self.bytes) == .violation)
        #expect(frames.read(.ping, isFinal: false, payload: self.bytes) == .violation)
        #expect(frames.read(.text, isFinal: false, payload: self.bytes) == .bytes(self.bytes))
        #expect(frames.read(.text, isFinal: true, payload: self.bytes) == .violation)
    }

    @Test func handshakesAreJSONForEveryProtocol() {
        let request = HubProtocolKind.messagepack.handshakeRequest(version: 2)
        #expect(String(buffer: request) == "{\"protocol\":\"messagepack\",\"version\":2}\u{1E}")
        let json = HubProtocolKind.json.handshakeRequest(version: 1)
        #expect(String(buffer: json) == "{\"protocol\":\"json\",\"version\":1}\u{1E}")
    }

    @Test func handshakesAreRead() throws {
        #expect(try HubProtocolKind.refusal(in: ByteBuffer(string: "{}")) == nil)
        #expect(try HubProtocolKind.refusal(in: ByteBuffer(string: #"{"error":null,"minor":1}"#)) == nil)
        #expect(try HubProtocolKind.refusal(in: ByteBuffer(string: #"{"error":"no"}"#)) == "no")
        for wrong in [#"{"type":6}"#, "", "[]", "{", #"{"error":1}"#] {
            let error = #expect(throws: SignalRClientError.self) { try HubProtocolKind.refusal(in: ByteBuffer(string: wrong)) }
            #expect(error?.code == .invalidMessage)
        }
    }
}
