import Testing

@testable import GraphNotifications

@Suite struct ValidationHandshakeTests {
    private func handshake(_ uri: String) -> ValidationHandshake {
        ValidationHandshake(uri: uri, maximumTokenSize: 2048)
    }

    @Test(arguments: [
        (
            "/n?shard=4&validationToken=Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+5b0c",
            "Validation: Testing client application reachability for subscription Request-Id: 5b0c"
        ),
        ("/n?validationToken=abc", "abc"),
        ("/n?validationToken=a%2Bb%25c%2Fd%3De%26f", "a+b%c/d=e&f"),
        ("/n?validationToken=%252B%2520%2B", "%2B%20+"),
        ("/n?validationToken=%C3%A9+%e6%bc%a2", "é 漢"),
        ("/n?validationToken=é", "é"),
        ("/n?validationToken=a=b=c", "a=b=c"),
        ("/n?validationToken=100%", "100%"),
        ("/n?validationToken=100%2", "100%2"),
        ("/n?validationToken=%zz", "%zz"),
        ("/n?&&validationToken=x&validationToken=y", "x"),
        ("?validationToken=x", "x"),
        ("/n?a?validationToken=no&validationToken=x", "x"),
    ])
    func echoes(uri: String, token: String) {
        #expect(self.handshake(uri) == .echo(token))
    }

    @Test(arguments: [
        "/n?validationToken=", "/n?validationToken", "/n?validationToken&x=1", "/n?validationToken=%3Cscript%3E",
        "/n?validationToken=a%3Eb", "/n?validationToken=a<b", "/n?validationToken=a%0Ab", "/n?validationToken=a%00",
        "/n?validationToken=a%7F", "/n?validationToken=a%C2%85", "/n?validationToken=%FF%FE",
        "/n?validationToken=%ED%A0%80", "/n?validationToken=%C0%AF",
    ])
    func refuses(uri: String) {
        #expect(self.handshake(uri) == .refuse)
    }

    @Test(arguments: [
        "/n", "/n?", "/n?shard=4", "/n?validationtoken=x", "/n?xvalidationToken=x", "/n?validationTokens=x",
        "/validationToken=x", "/n?validation%54oken=x", "",
    ])
    func isNone(uri: String) {
        #expect(self.handshake(uri) == .none)
    }

    @Test func theLimitIsOfDecodedBytes() {
        #expect(self.handshake("/n?validationToken=" + String(repeating: "%61", count: 2048)) != .refuse)
        #expect(self.handshake("/n?validationToken=" + String(repeating: "a", count: 2049)) == .refuse)
    }
}
