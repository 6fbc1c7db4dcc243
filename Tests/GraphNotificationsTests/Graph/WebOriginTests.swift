import Testing

@testable import GraphNotifications

@Suite struct WebOriginTests {
    @Test func isSchemeHostAndPort() {
        #expect(WebOrigin("HTTPS://Graph.Test:8443/v1.0?x#y") == WebOrigin("https://graph.test:8443"))
        #expect(WebOrigin("https://graph.test/") != WebOrigin("http://graph.test/"))
        #expect(WebOrigin("https://graph.test/") != WebOrigin("https://graph.test.evil.test/"))
        #expect(WebOrigin("https://graph.test?@evil.test") == WebOrigin("https://graph.test"))
    }

    @Test(arguments: [
        "", "graph.test", "ftp://graph.test", "https://", "https:///x", "https://graph.test@evil.test/",
        "https://evil.test\\@graph.test/", "https://a b/", "//graph.test",
    ])
    func refuses(url: String) {
        #expect(WebOrigin(url) == nil)
    }

    @Test(arguments: [
        ("https://graph.test", true), ("http://graph.test", false), ("http://127.0.0.1:8081", true),
        ("http://localhost/x", true), ("http://[::1]:80", true), ("http://127.0.0.1.evil.test", false),
        ("http://localhost.evil.test", false), ("http://[::1].evil.test", false),
    ])
    func isConfidential(url: String, confidential: Bool) {
        #expect(WebOrigin(url)?.isConfidential == confidential)
    }

    @Test func percentEncoding() {
        #expect("a b/é~%".percentEncoded == "a%20b%2F%C3%A9~%25")
    }
}
