import NIOCore
import SignalR
import Testing

/// What requests are answered that do not fit the state of their connection.
@Suite(.timeLimit(.minutes(1))) struct StatusCodeTests {
    private let hub = Hub("test") { hub in
        hub.on("Echo") { (_: HubCaller, text: String) in text }
    }

    private static let events = ["Accept": "text/event-stream"]
    private static let upgrade = [
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private func check(_ answer: HTTPAnswer, _ status: Int, _ body: String = "") {
        #expect(answer.status == status)
        #expect(answer.headers["content-type"] == "text/plain")
        #expect(answer.body == body)
    }

    @Test func withoutAName() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            for query in ["", "?id=", "?connectionId=x"] {
                for method in ["GET", "POST", "DELETE"] {
                    self.check(try await server.request(method, "/hub\(query)"), 400, "Connection ID required")
                }
                self.check(try await server.request("GET", "/hub\(query)", headers: Self.events), 400, "Connection ID required")
            }
        }
    }

    @Test func unknownNames() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let token = try await server.negotiate()
            for name in ["unknown", "%00", token.lowercased() + "a", String(repeating: "x", count: 5000)] {
                for method in ["GET", "POST", "DELETE"] {
                    self.check(try await server.request(method, "/hub?id=\(name)"), 404, "No Connection with that ID")
                }
                for headers in [Self.events, Self.upgrade] {
                    self.check(
                        try await server.request("GET", "/hub?id=\(name)", headers: headers), 404, "No Connection with that ID")
                }
            }
        }
    }

    @Test(arguments: ["PUT", "PATCH", "HEAD", "OPTIONS", "PROPFIND"])
    func otherMethods(_ method: String) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let token = try await server.negotiate()
            self.check(try await server.request(method, "/hub?id=\(token)"), 405)
        }
    }

    @Test func transportsThatAreOff() async throws {
        for (transports, name, headers) in [
            (HubTransports.all.subtracting(.webSockets), "WebSockets", Self.upgrade),
            (.all.subtracting(.serverSentEvents), "ServerSentEvents", Self.events),
            (.all.subtracting(.longPolling), "LongPolling", [:]),
        ] {
            var hub = self.hub
            hub.configuration.transports = transports
            try await TestServer.run(["/hub": hub]) { server in
                let token = try await server.negotiate()
                self.check(
                    try await server.request("GET", "/hub?id=\(token)", headers: headers), 404,
                    "\(name) transport not supported by this end point type")
            }
        }
    }

    @Test func negotiatedOnly() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let token = try await server.negotiate()
            self.check(
                try await server.request("DELETE", "/hub?id=\(token)"), 400,
                "Cannot terminate this connection using the DELETE endpoint.")
            // What comes early is kept.
            self.check(
                try await server.request("POST", "/hub?id=\(token)", body: "{\"protocol\":\"json\",\"version\":1}\u{1E}"), 200)
            let client = try await PollingClient.open(to: server, token: token)
            try await client.expect("{}")
            try await client.leave()
        }
    }

    @Test(arguments: TestTransport.allCases)
    func transportsAreForLife(_ transport: TestTransport) async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let token = try await server.negotiate()
            let client: any TransportClient =
                switch transport {
                case .webSockets: try await HubClient.upgrade(to: server, "/hub?id=\(token)")
                case .serverSentEvents: try await EventsClient.open(to: server, token: token)
                case .longPolling: try await PollingClient.open(to: server, token: token)
                }
            for (other, headers) in [
                (TestTransport.webSockets, Self.upgrade), (.serverSentEvents, Self.events), (.longPolling, [:]),
            ] where other != transport {
                self.check(
                    try await server.request("GET", "/hub?id=\(token)", headers: headers), 400,
                    "Cannot change transports mid-connection")
            }
            if transport != .longPolling {
                self.check(
                    try await server.request(
                        "GET", "/hub?id=\(token)", headers: transport == .webSockets ? Self.upgrade : Self.events), 409)
                self.check(
                    try await server.request("DELETE", "/hub?id=\(token)"), 400,
                    "Cannot terminate this connection using the DELETE endpoint.")
            }
            if transport == .webSockets {
                self.check(
                    try await server.request("POST", "/hub?id=\(token)", body: "x"), 405,
                    "POST requests are not allowed for WebSocket connections.")
            }
            // None of this has disturbed it.
            try await client.send(all: [#"{"protocol":"json","version":1}"#])
            try await client.expect("{}")
            #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
            try await client.leave()
        }
    }

    @Test func tooMuch() async throws {
        var hub = self.hub
        hub.configuration.maximumBodySize = 100_000
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await TestTransport.longPolling.connect(to: server)
            let target = try #require((client as? PollingClient)?.target)
            #expect(try await server.request("POST", target, body: String(repeating: " ", count: 100_001)).status == 413)
            #expect(
                try await server.request("POST", "/hub/negotiate", body: String(repeating: " ", count: 100_001)).status == 413)
            #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
            // One message may not be as long as many together.
            let answer = try await server.request("POST", target, body: String(repeating: " ", count: 40_000) + "{}\u{1E}")
            #expect(answer.status == 200)
            #expect(
                await client.untilEnd() == [#"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#])
        }
    }

    @Test func everyRequestIsAuthenticated() async throws {
        var hub = self.hub
        hub.authenticate { request in
            guard let token = request.bearerToken, token != "wrong" else { throw HubException("A secret.") }
            return HubUser(id: token)
        }
        try await TestServer.run(["/hub": hub]) { server in
            let ann = ["Authorization": "Bearer ann"]
            for transport in [TestTransport.serverSentEvents, .longPolling] {
                let client = try await transport.connect(to: server, headers: ann)
                let target = try #require((client as? PollingClient)?.target ?? (client as? EventsClient)?.target)
                for (method, headers) in [("GET", [:]), ("GET", Self.events), ("POST", [:]), ("DELETE", [:])] {
                    // The header counts, if there is one.
                    for (query, authorization) in [("", nil), ("&access_token=ann", "Bearer wrong")] as [(String, String?)] {
                        var headers = headers
                        headers["Authorization"] = authorization
                        let answer = try await server.request(method, target + query, headers: headers)
                        #expect(answer.status == 401)
                        #expect(answer.reason == "Unauthorized")
                        #expect(answer.body == "")
                    }
                    let answer = try await server.request(method, target + "&access_token=bob", headers: headers)
                    #expect(answer.status == 403)
                    #expect(answer.body == "")
                }
                #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
                try await client.leave()
            }
        }
    }

    @Test func pagesFromElsewhereSeeEveryAnswer() async throws {
        var hub = self.hub
        hub.configuration.allowedOrigins = ["https://app.example"]
        hub.authenticate { request in
            if request.bearerToken == "wrong" { throw HubException("No.") }
            return nil
        }
        try await TestServer.run(["/hub": hub]) { server in
            let origin = ["Origin": "https://app.example"]
            func check(_ answer: HTTPAnswer, _ status: Int) {
                #expect(answer.status == status)
                #expect(answer.headers["access-control-allow-origin"] == "https://app.example")
                #expect(answer.headers["access-control-allow-credentials"] == "true")
                #expect(answer.headers["vary"] == "Origin")
            }
            check(try await server.request("POST", "/hub/negotiate?access_token=wrong", headers: origin), 401)
            check(try await server.request("GET", "/hub", headers: origin), 400)
            check(try await server.request("POST", "/hub?id=x", headers: origin), 404)
            check(try await server.request("PUT", "/hub", headers: origin), 405)
            let polling = try await server.negotiate(headers: origin)
            check(try await server.request("GET", "/hub?id=\(polling)", headers: origin), 200)
            check(try await server.request("DELETE", "/hub?id=\(polling)", headers: origin), 202)
            let streaming = try await server.negotiate(headers: origin)
            let stream = try await RequestStream.open(to: server)
            check(
                try await stream.request(
                    "GET", "/hub?id=\(streaming)", headers: ["Origin": "https://app.example", "Accept": "text/event-stream"]),
                200)
            await stream.stream.close()
        }
    }

    @Test func malformedRequestsDisturbNobody() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await TestTransport.longPolling.connect(to: server)
            let target = try #require((client as? PollingClient)?.target)
            for request in [
                "GET \(target) HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                "POST \(target) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
                "GET \(target) NONSENSE/1.1\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
            ] {
                let stream = try await ByteStream.connect(port: server.port)
                try await stream.send(request)
                #expect(try await stream.read(HTTPAnswer.take).status == 400)
                await stream.close()
            }
            // One who promises more than comes.
            let stream = try await ByteStream.connect(port: server.port)
            try await stream.send("POST \(target) HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{")
            await stream.close()
            #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
            try await client.leave()
        }
    }
}
