import NIOCore
import Testing

@testable import SignalRClient

@Suite struct HubAddressTests {
    @Test(arguments: [
        ("http://localhost:8080/hub", "http://localhost:8080/hub/negotiate?negotiateVersion=1", "/hub?id=t"),
        ("ws://h/hub/", "http://h/hub/negotiate?negotiateVersion=1", "/hub/?id=t"),
        ("https://h:443/hub?x=1&y=2#f", "https://h/hub/negotiate?x=1&y=2&negotiateVersion=1", "/hub?x=1&y=2&id=t"),
        ("WSS://h:8443", "https://h:8443/negotiate?negotiateVersion=1", "/?id=t"),
        ("http://[::1]:5000/a", "http://[::1]:5000/a/negotiate?negotiateVersion=1", "/a?id=t"),
        ("http://h?NegotiateVersion=0", "http://h/negotiate?NegotiateVersion=0", "/?NegotiateVersion=0&id=t"),
    ])
    func makesTheAddressesOfIt(url: String, negotiation: String, target: String) throws {
        let address = try #require(HubAddress(url))
        #expect(address.negotiation(isStateful: false) == negotiation)
        #expect(address.negotiation(isStateful: true) == negotiation + "&useStatefulReconnect=true")
        #expect(address.socketTarget(token: "t") == target)
    }

    @Test(arguments: [
        "", "hub", "ftp://h/hub", "http:/h", "http://", "http://:80/", "http://h:0/", "http://h:99999/", "http://h:x/",
        "http://ann@h/", "http://[::1/", "http://h/a b", "http://h/a\r\nX: y",
    ])
    func refusesWhatIsNone(url: String) {
        #expect(HubAddress(url) == nil)
    }

    @Test func tokensAreEscaped() throws {
        let address = try #require(HubAddress("http://h/hub"))
        #expect(address.socketTarget(token: "a+b/c= &é") == "/hub?id=a%2Bb%2Fc%3D%20%26%C3%A9")
        #expect(address.socketTarget(token: nil) == "/hub")
    }

    @Test(arguments: [
        ("https://10.0.0.1/", true), ("https://[::1]/", true), ("https://a.example/", false), ("https://h9/", false),
    ])
    func knowsWhatTLSNames(url: String, isAddress: Bool) {
        #expect(HubAddress(url)?.hostIsAddress == isAddress)
    }

    // MARK: - Negotiation

    private func answer(_ json: String, format: String = "Text") -> NegotiationAnswer? {
        NegotiationAnswer(ByteBuffer(string: json), format: format)
    }

    @Test func readsEveryAnswer() {
        let transports = #""availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]}]"#
        #expect(
            self.answer(#"{"negotiateVersion":1,"connectionId":"i","connectionToken":"t",\#(transports)}"#)
                == .connection(token: "t", isStateful: false)
        )
        #expect(self.answer(#"{"connectionId":"i","x":[1],\#(transports)}"#) == .connection(token: "i", isStateful: false))
        #expect(
            self.answer(#"{"useStatefulReconnect":true,"connectionId":"i",\#(transports)}"#)
                == .connection(token: "i", isStateful: true)
        )
        #expect(self.answer(#"{"error":"no"}"#) == .refused("no"))
        #expect(self.answer(#"{ "url" : "http://x" , "accessToken":"a"}"#) == .redirect(url: "http://x", accessToken: "a"))
        #expect(self.answer(#"{"url":"http://x"}"#) == .redirect(url: "http://x", accessToken: nil))
        #expect(
            self.answer(#"{"connectionId":"i","availableTransports":[{"transport":"LongPolling","transferFormats":["Text"]}]}"#)
                == .noWebSockets
        )
        #expect(self.answer(#"{"connectionId":"i",\#(transports)}"#, format: "Other") == .noWebSockets)
    }

    @Test(arguments: ["", "[]", "<html>", "{}", #"{"negotiateVersion":1,"connectionId":"i"}"#, #"{"negotiateVersion":"1"}"#])
    func refusesWhatIsNoAnswer(json: String) {
        #expect(self.answer(json) == nil)
    }

    @Test func theOldSignalRIsAnotherProtocol() {
        guard case .refused = self.answer(#"{"ProtocolVersion":"1.5","ConnectionId":"x"}"#) else {
            Issue.record("It was not refused.")
            return
        }
    }
}
