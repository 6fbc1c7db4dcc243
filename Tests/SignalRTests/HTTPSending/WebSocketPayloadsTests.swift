import NIOCore
import SignalRProtocol
import Testing

@testable import SignalR

@Suite struct WebSocketPayloadsTests {
    @Test(arguments: [[0], [1, 125, 126], [65_535, 65_536, 3], []])
    func takesFramesApart(_ sizes: [Int]) {
        let payloads = sizes.enumerated().map { String(repeating: "\($0.offset)", count: $0.element) }
        var frames = ByteBuffer()
        for payload in payloads { frames.writeWebSocketText(ByteBuffer(string: payload)) }
        var found: [String] = []
        frames.withUnsafeReadableBytes { bytes in
            bytes.forEachWebSocketPayload { found.append(String(decoding: $0, as: UTF8.self)) }
        }
        #expect(found == payloads)
    }
}
