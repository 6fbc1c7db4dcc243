import NIOCore
import SignalR
import Testing

@Suite(.timeLimit(.minutes(1))) struct LongPollingTests {
    private let ended = Probe<String>()

    private func hub(_ build: (inout Hub) -> Void = { _ in }) -> Hub {
        Hub("test") { hub in
            hub.onDisconnect { [ended] _, reason in ended.add(reason.name) }
            hub.on("Echo") { (_: HubCaller, text: String) in text }
            hub.on("Abort") { (caller: HubCaller) in caller.abort() }
            build(&hub)
        }
    }

    private func client(of server: TestServer) async throws -> PollingClient {
        try #require(try await TestTransport.longPolling.connect(to: server) as? PollingClient)
    }

    private func checkHeaders(of answer: HTTPAnswer) {
        #expect(answer.headers["cache-control"] == "no-cache, no-store")
        #expect(answer.headers["pragma"] == "no-cache")
        #expect(answer.headers["expires"] == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test func theFirstPollIsAnsweredAtOnce() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let token = try await server.negotiate()
            let answer = try await server.request("GET", "/hub?id=\(token)&_=1700000000000")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/octet-stream")
            #expect(answer.headers["content-length"] == "0")
            self.checkHeaders(of: answer)
        }
    }

    @Test func whatWaitsIsAnsweredTogether() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            for number in 0..<3 { try await hub.clients.all.send("Note", number) }
            // Behind the messages, in order.
            try await client.send(all: [#"{"type":1,"invocationId":"1","target":"Echo","arguments":["a"]}"#])
            var records = ""
            var answer = HTTPAnswer(status: 0, reason: "", headers: [:], body: "")
            while !records.contains(#""result":"a""#) {
                answer = try await client.poll()
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "application/octet-stream")
                records += answer.body
            }
            self.checkHeaders(of: answer)
            #expect(
                records.split(separator: "\u{1E}") == [
                    #"{"type":1,"target":"Note","arguments":[0]}"#, #"{"type":1,"target":"Note","arguments":[1]}"#,
                    #"{"type":1,"target":"Note","arguments":[2]}"#, #"{"type":3,"invocationId":"1","result":"a"}"#,
                ])
            try await client.leave()
        }
    }

    @Test func binaryMessages() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await PollingClient.open(to: server, token: try await server.negotiate())
            try await client.send(all: [#"{"protocol":"messagepack","version":1}"#])
            #expect(try await client.poll().body == "{}\u{1E}")
            let call = WireMessage.call("Echo", [.string("a")], id: "1").bytes(in: .messagepack)
            #expect(try await client.sending.post(client.target, call).status == 200)
            let result: [UInt8] = [8, 0x95, 0x03, 0x80, 0xA1, 0x31, 0x03, 0xA1, 0x61]
            #expect(try await client.poll().body == String(decoding: result, as: UTF8.self))
            try await hub.clients.all.send("Note", 1)
            let note: [UInt8] = [12, 0x96, 0x01, 0x80, 0xC0, 0xA4, 0x4E, 0x6F, 0x74, 0x65, 0x91, 0x01, 0x90]
            #expect(try await client.poll().body == String(decoding: note, as: UTF8.self))
            try await client.leave()
        }
    }

    /// The latest poll says who its user is; only another user's is refused.
    @Test func theUserIsThatOfTheLatestPoll() async throws {
        let hub = self.hub { hub in
            hub.authenticate { request in
                let parts = (request.bearerToken ?? "").split(separator: "-").map(String.init)
                guard parts.count == 2 else { throw HubAuthenticationError() }
                return HubUser(id: parts[0], claims: ["role": parts[1]])
            }
            hub.on("Who") { (caller: HubCaller) in "\(caller.user?.id ?? "") \(caller.user?.claims["role"] ?? "")" }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let first = ["Authorization": "Bearer ann-guest"]
            let client = try #require(
                try await TestTransport.longPolling.connect(to: server, headers: first) as? PollingClient)
            #expect(try await client.call("Who") == #"{"type":3,"invocationId":"1","result":"ann guest"}"#)
            try await hub.clients.user("ann").send("Note", 1)
            let second = ["Authorization": "Bearer ann-owner"]
            let answer = try await client.polls.request("GET", client.target, headers: second)
            #expect(answer.body == "{\"type\":1,\"target\":\"Note\",\"arguments\":[1]}\u{1E}")
            // A request that only sends changes nothing.
            try await client.send(all: [#"{"type":1,"invocationId":"2","target":"Who","arguments":[]}"#])
            let who = try await client.polls.request("GET", client.target, headers: second)
            #expect(who.body == "{\"type\":3,\"invocationId\":\"2\",\"result\":\"ann owner\"}\u{1E}")
            #expect(
                try await client.polls.request("GET", client.target, headers: ["Authorization": "Bearer bob-owner"]).status
                    == 403)
            try await hub.clients.user("ann").send("Note", 2)
            #expect(try await client.polls.request("GET", client.target, headers: second).body.contains("[2]"))
            try await client.leave()
        }
    }

    @Test func aPollEndsInTime() async throws {
        let hub = self.hub { $0.configuration.pollTimeout = .milliseconds(50) }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            for _ in 0..<2 {
                let answer = try await client.poll()
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "text/plain")
                #expect(answer.headers["content-length"] == "0")
                self.checkHeaders(of: answer)
            }
            #expect(try await client.call("Echo", #""a""#).contains(#""a""#))
            try await client.leave()
        }
    }

    @Test func aPollReplacesAnother() async throws {
        let hub = self.hub()
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            let answers = Probe<HTTPAnswer>()
            await withThrowingTaskGroup(of: Void.self) { tasks in
                for stream in [client.polls, client.sending] {
                    tasks.addTask { answers.add(try await stream.request("GET", client.target)) }
                }
                let replaced = await answers.next()
                #expect(replaced.status == 204)
                #expect(replaced.headers["content-length"] == nil)
                self.checkHeaders(of: replaced)
                try? await hub.clients.all.send("Note")
                #expect(await answers.next().body == "{\"type\":1,\"target\":\"Note\",\"arguments\":[]}\u{1E}")
            }
            try await client.leave()
        }
    }

    @Test func theEnd() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await self.client(of: server)
            try await client.send(all: [#"{"type":1,"target":"Abort","arguments":[]}"#])
            #expect(await self.ended.next() == "normal")
            #expect(try await client.poll().body == "{\"type\":7}\u{1E}")
            let last = try await client.poll()
            #expect(last.status == 204)
            #expect(last.headers["content-type"] == "text/plain")
            let gone = try await client.poll()
            #expect(gone.status == 404)
            #expect(gone.body == "No Connection with that ID")
        }
    }

    @Test func deleted() async throws {
        try await TestServer.run(["/hub": self.hub()]) { server in
            let client = try await self.client(of: server)
            let answers = Probe<HTTPAnswer>()
            let third = try await RequestStream.open(to: server)
            await withThrowingTaskGroup(of: Void.self) { tasks in
                for stream in [client.polls, client.sending] {
                    tasks.addTask { answers.add(try await stream.request("GET", client.target)) }
                }
                #expect(await answers.next().status == 204)
                // Now the other one is held.
                let answer = try? await third.request("DELETE", client.target)
                #expect(answer?.status == 202)
                #expect(answer?.headers["content-type"] == "text/plain")
                #expect(answer?.body == "")
                #expect(await answers.next().status == 204)
            }
            #expect(await self.ended.next() == "normal")
            for method in ["GET", "POST", "DELETE"] {
                #expect(try await third.request(method, client.target).status == 404)
            }
        }
    }

    @Test func whoDoesNotComeBackIsGone() async throws {
        let hub = self.hub { $0.configuration.disconnectTimeout = .seconds(1) }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            #expect(await self.ended.next() == "connection_lost")
            #expect(try await client.poll().status == 404)
        }
    }

    @Test func whoGivesUpItsPollIsGone() async throws {
        let hub = self.hub { $0.configuration.disconnectTimeout = .seconds(1) }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            try await client.polls.send("GET", client.target)
            // Long before the poll's time is over.
            await client.polls.stream.close()
            #expect(await self.ended.next() == "connection_lost")
        }
    }

    @Test func manyPostsAtOnceAreHandledInOrder() async throws {
        let order = Probe<Int>()
        let gate = Probe<Void>()
        let hub = self.hub { hub in
            hub.configuration.inboxBytes = 500
            hub.on("Wait") { (_: HubCaller) in await gate.next() }
            hub.on("Note") { (_: HubCaller, number: Int, _: String) in order.add(number) }
        }
        try await TestServer.run(["/hub": hub]) { server in
            let client = try await self.client(of: server)
            try await client.send(all: [#"{"type":1,"target":"Wait","arguments":[]}"#])
            // Far more than the inbox holds: requests wait for their answers until the hub has caught up.
            let padding = String(repeating: "x", count: 400)
            let answered = Probe<HTTPAnswer>()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<8 {
                    tasks.addTask {
                        let stream = try await RequestStream.open(to: server)
                        answered.add(
                            try await stream.request(
                                "POST", client.target,
                                body: "{\"type\":1,\"target\":\"Note\",\"arguments\":[\(number),\"\(padding)\"]}\u{1E}"))
                        await stream.stream.close()
                    }
                }
                // At most two have been taken.
                for _ in 0..<2 { #expect(await answered.next().status == 200) }
                gate.add(())
                for _ in 2..<8 { #expect(await answered.next().status == 200) }
                try await tasks.waitForAll()
            }
            var seen: [Int] = []
            for _ in 0..<8 { seen.append(await order.next()) }
            #expect(seen.sorted() == Array(0..<8))
            try await client.leave()
        }
    }
}
