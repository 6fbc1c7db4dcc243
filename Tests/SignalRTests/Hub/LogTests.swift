import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct LogTests {
    /// Everything that can be logged is, and no token is in it: neither what proves a user, nor what names a connection.
    @Test(arguments: TestTransport.allCases)
    func noTokenIsEverLogged(_ transport: TestTransport) async throws {
        let log = CapturedLog()
        let ended = Probe<Void>()
        let hub = Hub("test") { hub in
            hub.authenticate { request in
                guard request.bearerToken == "s3cretOfAnn" else { throw HubException("\(request.bearerToken ?? "")") }
                return HubUser(id: "ann")
            }
            hub.on("Fail") { (caller: HubCaller) in throw LocalError(text: caller.request.bearerToken ?? "") }
            hub.onDisconnect { _, _ in ended.add(()) }
        }
        var tokens = ["s3cretOfAnn", "s3cretOfBob"]
        try await TestServer.run(["/hub": hub], logger: log.logger) { server in
            let header = ["Authorization": "Bearer s3cretOfAnn"]
            for (path, headers) in [("/hub", header), ("/hub?access_token=s3cretOfAnn", [:])] {
                let token = try await server.negotiate(
                    "/hub", headers: ["Authorization": "Bearer s3cretOfAnn"])
                tokens.append(token)
                let query = path.contains("?") ? "&access_token=s3cretOfAnn" : ""
                let client: any TransportClient =
                    switch transport {
                    case .webSockets: try await HubClient.upgrade(to: server, "/hub?id=\(token)\(query)", headers: headers)
                    case .serverSentEvents: try await EventsClient.open(to: server, token: token + query, headers: headers)
                    case .longPolling: try await PollingClient.open(to: server, token: token + query, headers: headers)
                    }
                try await client.send(all: [#"{"protocol":"json","version":1}"#])
                try await client.expect("{}")
                #expect(try await client.call("Fail").contains("error"))
                try await client.send(all: ["nonsense"])
                _ = await client.untilEnd()
                await client.drop()
                await ended.next()
            }
            for method in ["GET", "POST", "DELETE"] {
                for target in ["/hub?id=\(tokens[2])&access_token=s3cretOfBob", "/hub/negotiate?access_token=s3cretOfBob"] {
                    _ = try await server.request(method, target)
                }
            }
            let noise = try await ByteStream.connect(port: server.port)
            try await noise.send("GET /hub?access_token=s3cretOfBob NONSENSE\r\n\r\n")
            _ = await noise.readToEnd()
        }
        // Were nothing logged at all, this would prove nothing.
        #expect(log.lines.contains { $0.contains("A hub method failed") })
        #expect(log.lines.contains { $0.contains("A connection has ended") })
        for line in log.lines {
            for token in tokens { #expect(!line.contains(token), "\(line)") }
        }
    }

    private struct LocalError: Error { let text: String }
}
