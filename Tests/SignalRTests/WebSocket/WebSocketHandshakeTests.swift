import NIOCore
import NIOHTTP1
import Testing

@testable import SignalR

@Suite struct WebSocketHandshakeTests {
    @Test func provesThatItUnderstood() {
        // The example of RFC 6455 section 1.3.
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func knowsWhatIsRequested() {
        func isRequested(_ headers: HTTPHeaders) -> Bool {
            WebSocketHandshake.isRequested(by: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers))
        }
        #expect(isRequested(["Upgrade": "websocket", "Connection": "Upgrade"]))
        #expect(isRequested(["Upgrade": "WebSocket", "Connection": "keep-alive, upgrade"]))
        #expect(!isRequested(["Upgrade": "h2c", "Connection": "Upgrade"]))
        #expect(!isRequested(["Upgrade": "websocket"]))
        #expect(!isRequested([:]))
    }

    @Test func base64() {
        #expect(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map { Base64.encode($0.utf8, alphabet: .standard) }
                == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"])
        #expect(Base64.encode([0xFB, 0xFF], alphabet: .url) == "-_8")
    }
}
