import NIOCore
import Testing

@testable import SignalR

@Suite(.timeLimit(.minutes(1))) struct NegotiationTests {
    private let hub = Hub("test") { hub in
        hub.on("Who") { (caller: HubCaller) in caller.connectionID }
    }

    private func property(_ name: String, of json: String) -> String? {
        guard let start = json.split(separator: "\"\(name)\":\"", maxSplits: 1).dropFirst().first else { return nil }
        return String(start.prefix { $0 != "\"" })
    }

    @Test func versionZeroKnowsOneName() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let answer = try await server.request("POST", "/hub/negotiate")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
            let id = try #require(self.property("connectionId", of: answer.body))
            #expect(id.utf8.count == 22)
            #expect(
                answer.body
                    == #"{"negotiateVersion":0,"connectionId":"\#(id)","availableTransports":[{"transport":"WebSockets","transferFormats":["Text","Binary"]},{"transport":"ServerSentEvents","transferFormats":["Text"]},{"transport":"LongPolling","transferFormats":["Text","Binary"]}]}"#
            )
            let client = try await HubClient.connect(to: server, "/hub?id=\(id)")
            #expect(try await client.invoke("Who") == #"{"type":3,"invocationId":"1","result":"\#(id)"}"#)
        }
    }

    @Test(arguments: ["negotiateVersion=1", "NegotiateVersion=1", "negotiateVersion=7"])
    func versionOneHasASecret(_ query: String) async throws {
        try await TestServer.run(["/Hub/": self.hub]) { server in
            let answer = try await server.request("POST", "/hub/Negotiate?\(query)", body: "ignored")
            let id = try #require(self.property("connectionId", of: answer.body))
            let token = try #require(self.property("connectionToken", of: answer.body))
            #expect(answer.body.hasPrefix(#"{"negotiateVersion":1,"#))
            #expect(token != id)
            let client = try await HubClient.connect(to: server, "/hub?id=\(token)")
            #expect(try await client.invoke("Who") == #"{"type":3,"invocationId":"1","result":"\#(id)"}"#)
            // It is found once, and the public name does not open it.
            for id in [token, id, token.uppercased()] {
                await #expect(throws: HubClient.Refused.self) { _ = try await HubClient.connect(to: server, "/hub?id=\(id)") }
            }
        }
    }

    @Test func whateverBodyComes() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            for (headers, body) in [
                ([:], ""), (["Content-Type": "application/json"], ""),
                (["Content-Type": "text/plain;charset=UTF-8", "Content-Length": "0"], ""),
                (["Content-Type": "application/json"], "{}"), ([:], "not json"),
            ] as [([String: String], String)] {
                let answer = try await server.request("POST", "/hub/negotiate?negotiateVersion=1", headers: headers, body: body)
                #expect(answer.status == 200)
                #expect(answer.body.contains("connectionToken"))
            }
        }
    }

    @Test func idsAreFitForURLsAndNeverTheSame() {
        let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var ids: Set<String> = []
        var found: Set<UInt8> = []
        for count in 0..<50_000 {
            let id = HubEndpoint.randomID()
            ids.insert(id)
            if id.utf8.count != 22 { Issue.record("\(id)") }
            if count < 1000 { found.formUnion(id.utf8) }
        }
        #expect(ids.count == 50_000)
        #expect(found == letters)
    }

    /// Tokens with many roles and groups are long, and browsers can only put them into the query.
    @Test func longTokens() async throws {
        let hub = Hub("test") { hub in
            hub.authenticate { request in request.bearerToken.map { HubUser(id: String($0.utf8.count)) } }
            hub.on("Who") { (caller: HubCaller) in caller.user?.id ?? "nobody" }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let token = String(repeating: "abcd1234", count: 1024)
            let answer = try await server.request("POST", "/hub/negotiate?negotiateVersion=1&access_token=\(token)")
            let id = try #require(self.property("connectionToken", of: answer.body))
            let client = try await HubClient.connect(to: server, "/hub?id=\(id)&access_token=\(token)")
            #expect(try await client.invoke("Who") == #"{"type":3,"invocationId":"1","result":"8192"}"#)
            let other = try await HubClient.connect(to: server, headers: ["Authorization": "Bearer \(token)"])
            #expect(try await other.invoke("Who") == #"{"type":3,"invocationId":"1","result":"8192"}"#)
        }
    }

    @Test func withoutNegotiation() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            let client = try await HubClient.connect(to: server, "/hub?connectionId=whatever")
            #expect(try await client.invoke("Who").contains(#""result":""#))
        }
    }

    @Test func refusals() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            var answer = try await server.request("POST", "/hub/negotiate?negotiateVersion=abc")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"error":"The client requested a non-integer protocol version."}"#)
            answer = try await server.request("POST", "/hub/negotiate?negotiateVersion=-1")
            #expect(
                answer.body == #"{"error":"The client requested version '-1', but the server does not support this version."}"#
            )
            for method in ["GET", "PUT", "DELETE"] {
                answer = try await server.request(method, "/hub/negotiate")
                #expect(answer.status == 405)
                #expect(answer.headers["content-type"] == "text/plain")
                #expect(answer.body == "")
            }
            do {
                _ = try await HubClient.connect(to: server, "/hub?id=unknown")
                Issue.record("It was let in.")
            } catch let refused as HubClient.Refused {
                #expect(refused.answer.status == 404)
                #expect(refused.answer.body == "No Connection with that ID")
            }
            #expect(
                try await server.request(
                    "GET", "/hub", headers: ["Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "8"]
                ).status == 426
            )
            #expect(try await server.request("POST", "/other/negotiate").status == 404)
        }
    }

    @Test func aMinimumVersion() async throws {
        var hub = self.hub
        hub.configuration.minimumNegotiateVersion = 1
        hub.configuration.maximumNegotiated = 1
        try await TestServer.run(["/hub": hub]) { server in
            for _ in 0..<3 {
                let answer = try await server.request("POST", "/hub/negotiate")
                #expect(answer.status == 200)
                #expect(
                    answer.body
                        == #"{"error":"The client requested version '0', but the server does not support this version."}"#)
            }
            // None of those has taken the only place.
            #expect(try await server.request("POST", "/hub/negotiate?negotiateVersion=1").body.contains("connectionToken"))
        }
    }

    @Test func fewerTransports() async throws {
        var hub = self.hub
        hub.configuration.transports = [.serverSentEvents, .longPolling]
        try await TestServer.run(["/hub": hub]) { server in
            let answer = try await server.request("POST", "/hub/negotiate")
            #expect(
                answer.body.hasSuffix(
                    #""availableTransports":[{"transport":"ServerSentEvents","transferFormats":["Text"]},{"transport":"LongPolling","transferFormats":["Text","Binary"]}]}"#
                )
            )
        }
    }

    @Test func clientsAreSentElsewhere() async throws {
        var hub = self.hub
        hub.redirect { request in
            guard let shard = request.query("shard") else { return nil }
            return HubRedirect(url: "https://\(shard).example/hub?x=1", accessToken: shard == "a" ? "secret" : nil)
        }
        try await TestServer.run(["/hub": hub]) { server in
            var answer = try await server.request("POST", "/hub/negotiate?shard=a")
            #expect(answer.status == 200)
            #expect(answer.body == #"{"url":"https://a.example/hub?x=1","accessToken":"secret"}"#)
            answer = try await server.request("POST", "/hub/negotiate?shard=b")
            #expect(answer.body == #"{"url":"https://b.example/hub?x=1"}"#)
            #expect(try await server.request("POST", "/hub/negotiate").body.contains("connectionId"))
        }
    }

    @Test func whoeverIsNegotiatedAndDoesNotComeIsForgotten() async throws {
        var hub = self.hub
        hub.configuration.negotiateTimeout = .milliseconds(1)
        try await TestServer.run(["/hub": hub]) { server in
            let token = try await server.negotiate()
            while try await server.request("DELETE", "/hub?id=\(token)").status != 404 {}
        }
    }

    @Test func thereAreLimits() async throws {
        var hub = self.hub
        hub.configuration.maximumNegotiated = 1
        hub.configuration.maximumConnections = 1
        try await TestServer.run(["/hub": hub]) { server in
            #expect(try await server.request("POST", "/hub/negotiate").status == 200)
            #expect(try await server.request("POST", "/hub/negotiate").status == 503)
            let first = try await HubClient.connect(to: server)
            do {
                _ = try await HubClient.connect(to: server)
                Issue.record("There was room for two.")
            } catch let refused as HubClient.Refused {
                #expect(refused.answer.status == 503)
            }
            try await first.close()
            // Its place is free again as soon as its socket has ended.
            while true {
                do {
                    _ = try await HubClient.connect(to: server)
                    break
                } catch is HubClient.Refused {
                    await Task.yield()
                }
            }
        }
    }

    @Test func authentication() async throws {
        let hub = Hub("test") { hub in
            hub.authenticate { request in
                guard let token = request.bearerToken else { return nil }
                switch token {
                case "broken": throw HubException("A secret.")
                case "wrong": throw HubAuthenticationError()
                case "forbidden": throw HubAuthorizationError()
                default: return HubUser(id: token, claims: ["role": "admin"])
                }
            }
            hub.on("Who") { (caller: HubCaller) in "\(caller.user?.id ?? "nobody") \(caller.user?.claims["role"] ?? "-")" }
        }
        try await TestServer.run(["/hub": hub]) { server in
            #expect(try await server.request("POST", "/hub/negotiate").status == 200)
            for token in ["broken", "wrong"] {
                let answer = try await server.request(
                    "POST", "/hub/negotiate?access_token=good", headers: ["Authorization": "Bearer \(token)"]
                )
                #expect(answer.status == 401)
                #expect(answer.reason == "Unauthorized")
                #expect(answer.body == "")
                await #expect(throws: HubClient.Refused.self) {
                    _ = try await HubClient.connect(to: server, "/hub?access_token=\(token)")
                }
            }
            // Who is known, and may not.
            for (method, target) in [
                ("POST", "/hub/negotiate"), ("GET", "/hub?id=x"), ("POST", "/hub?id=x"), ("DELETE", "/hub?id=x"),
            ] {
                let answer = try await server.request(method, target, headers: ["Authorization": "Bearer forbidden"])
                #expect(answer.status == 403)
                #expect(answer.reason == "Forbidden")
                #expect(answer.body == "")
            }
            let byHeader = try await HubClient.connect(to: server, headers: ["Authorization": "Bearer ann"])
            #expect(try await byHeader.invoke("Who").contains(#""ann admin""#))
            let byQuery = try await HubClient.connect(to: server, "/hub?access_token=bob")
            #expect(try await byQuery.invoke("Who").contains(#""bob admin""#))
            let nobody = try await HubClient.connect(to: server)
            #expect(try await nobody.invoke("Who").contains(#""nobody -""#))
        }
    }

    @Test func pagesFromElsewhere() async throws {
        var open = self.hub
        open.configuration.allowedOrigins = ["https://app.example"]
        try await TestServer.run(["/closed": self.hub, "/open": open]) { server in
            #expect(
                try await server.request("POST", "/closed/negotiate", headers: ["Origin": "https://app.example"]).status == 403)
            await #expect(throws: HubClient.Refused.self) {
                _ = try await HubClient.connect(to: server, "/closed", headers: ["Origin": "https://app.example"])
            }
            _ = try await HubClient.connect(to: server, "/closed", headers: ["Origin": "http://127.0.0.1:\(server.port)"])
            _ = try await HubClient.connect(to: server, "/open", headers: ["Origin": "https://app.example"])

            var answer = try await server.request("POST", "/open/negotiate", headers: ["Origin": "https://app.example"])
            #expect(answer.status == 200)
            #expect(answer.headers["access-control-allow-origin"] == "https://app.example")
            #expect(answer.headers["access-control-allow-credentials"] == "true")
            #expect(answer.headers["vary"] == "Origin")
            answer = try await server.request("GET", "/open/negotiate", headers: ["Origin": "https://app.example"])
            #expect(answer.status == 405)
            #expect(answer.headers["access-control-allow-origin"] == "https://app.example")
            answer = try await server.request(
                "OPTIONS", "/open/negotiate",
                headers: ["Origin": "https://app.example", "Access-Control-Request-Headers": "x-requested-with,x-mine"]
            )
            #expect(answer.status == 204)
            #expect(answer.headers["access-control-allow-origin"] == "https://app.example")
            #expect(answer.headers["access-control-allow-credentials"] == "true")
            #expect(answer.headers["vary"] == "Origin")
            #expect(answer.headers["access-control-allow-headers"] == "x-requested-with,x-mine")
            #expect(answer.headers["access-control-allow-methods"]?.contains("DELETE") == true)
            #expect(
                try await server.request("OPTIONS", "/open/negotiate", headers: ["Origin": "https://evil.example"]).status == 403)
        }
    }
}
