import NIOCore
import NIOHTTP1
import Testing

@testable import SignalR

@Suite struct HubRequestTests {
    private func request(_ uri: String, _ headers: HTTPHeaders = [:]) -> HubRequest {
        HubRequest(
            head: HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: headers),
            remoteAddress: try? SocketAddress(ipAddress: "192.0.2.7", port: 80)
        )
    }

    @Test func knowsPathAndQuery() {
        let request = self.request("/Hub?a=1&Name=J%C3%BCrgen+K&empty=&flag&bad=%zz&a=2")
        #expect(request.path == "/Hub")
        #expect(request.query("a") == "1")
        #expect(request.query("name") == "Jürgen K")
        #expect(request.query("empty") == "")
        #expect(request.query("flag") == "")
        #expect(request.query("bad") == "%zz")
        #expect(request.query("other") == nil)
        #expect(self.request("/hub").query("a") == nil)
        #expect(request.remoteAddress == "192.0.2.7")
    }

    @Test func knowsHeaders() {
        let request = self.request(
            "/hub",
            ["Host": "example.com:80", "X-Two": "first", "x-two": "second", "Sec-WebSocket-Key": "k", "Upgrade": "websocket"]
        )
        #expect(request.header("host") == "example.com:80")
        #expect(request.header("X-TWO") == "first")
        #expect(request.header("Upgrade") == nil)
        #expect(request.header("Sec-WebSocket-Key") == nil)
    }

    @Test func findsTheToken() {
        #expect(self.request("/hub?access_token=q").bearerToken == "q")
        #expect(self.request("/hub?access_token=q", ["Authorization": "Bearer h"]).bearerToken == "h")
        #expect(self.request("/hub", ["authorization": "bearer  h"]).bearerToken == "h")
        // Another scheme is not a bearer token, and the query does not stand in for it.
        #expect(self.request("/hub?access_token=q", ["Authorization": "Basic h"]).bearerToken == nil)
        #expect(self.request("/hub").bearerToken == nil)
    }

    @Test func origins() {
        func verdict(_ origin: String?, host: String = "example.com:8080", allowed: Set<String>? = nil) -> OriginPolicy.Verdict {
            var headers: HTTPHeaders = ["Host": host]
            if let origin { headers.add(name: "Origin", value: origin) }
            return OriginPolicy(allowedOrigins: allowed)
                .verdict(on: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: headers))
        }
        #expect(verdict(nil) == .own)
        #expect(verdict("http://example.com:8080") == .own)
        #expect(verdict("HTTPS://Example.com:8080") == .own)
        #expect(verdict("http://example.com") == .refused)
        #expect(verdict("http://evil.example") == .refused)
        #expect(verdict("null") == .refused)
        #expect(verdict("http://evil.example/example.com:8080") == .refused)
        #expect(verdict("https://app.example", allowed: ["https://app.example/"]) == .allowed(origin: "https://app.example"))
        #expect(verdict("http://app.example", allowed: ["https://app.example"]) == .refused)
        #expect(verdict("https://any.example", allowed: ["*"]) == .allowed(origin: "https://any.example"))
    }
}
