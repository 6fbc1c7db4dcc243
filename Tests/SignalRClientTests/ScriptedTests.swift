import NIOWebSocket
import RealTimeTesting
import Testing

@testable import SignalRClient

/// A client of a server that behaves as each test wants.
@Suite(.timeLimit(.minutes(1))) struct ScriptedTests {
    private func client(_ port: Int, _ change: (inout HubClient.Configuration) -> Void = { _ in }) -> HubClient {
        HubClient.testing(port: port) {
            $0.skipsNegotiation = true
            change(&$0)
        }
    }

    // MARK: - Handshake

    @Test func aRefusedHandshakeIsTold() async throws {
        try await ScriptedServer.run { server, _ in
            _ = try await server.next()
            try await server.send(#"{"error":"The protocol is out of fashion."}"#)
        } _: { port in
            let error = try await clientError { try await self.client(port).run { _ in } }
            #expect(error?.code == .handshakeRefused && error?.message.contains("out of fashion") == true)
        }
    }

    @Test func somethingElseThanAHandshakeIsRefused() async throws {
        try await ScriptedServer.run { server, _ in
            _ = try await server.next()
            try await server.send(#"{"type":6}"#)
        } _: { port in
            let error = try await clientError { try await self.client(port).run { _ in } }
            #expect(error?.code == .invalidMessage)
        }
    }

    @Test func aHandshakeThatIsNotAnsweredTimesOut() async throws {
        try await ScriptedServer.run { server, _ in
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port) { $0.handshakeTimeout = .milliseconds(100) }
            let error = try await clientError { try await client.run { _ in } }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func theFirstConnectionMayBeTriedAgain() async throws {
        try await ScriptedServer.run { server, number in
            guard number == 3 else { return }
            try await server.shakeHands()
            await server.waitForEnd()
        } _: { port in
            try await self.client(port) { $0.retriesFirstConnection = true }.run { #expect($0.isConnected) }
        }
    }

    // MARK: - Records

    @Test func recordsSpanFramesAndShareThem() async throws {
        let texts = Watched<[String]>([])
        try await ScriptedServer.run { server, _ in
            _ = try await server.next()
            // With the answer to the handshake, and cut in the middle.
            try await server.send(frame: .text, isFinal: false, "{}\u{1E}" + #"{"type":1,"target":"Say","argum"#)
            try await server.send(frame: .ping, "?")
            try await server.send(frame: .continuation, isFinal: true, #"ents":["a"]}"# + "\u{1E}\u{1E}{")
            try await server.send(frame: .binary, #""type":99}"# + "\u{1E}" + #"{"arguments":["b",2],"target":"say","type":1}"#)
            try await server.send(frame: .binary, "\u{1E}")
            while server.pongs.isEmpty { try await server.readFrame() }
            try await server.send(#"{"type":1,"target":"Say","arguments":["\#(server.pongs[0])"]}"#)
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port)
            client.on("Say") { (text: String) in texts.change { $0.append(text) } }
            try await client.run { _ in await texts.wait { $0.count == 3 } }
        }
        #expect(texts.value == ["a", "b", "?"])
    }

    @Test(arguments: ["x", #"{"type":"1"}"#, #"{"type":3}"#, #"{"type":1,"target":"\#(String(repeating: "x", count: 2_000))"}"#])
    func whatCannotBeReadEndsTheConnection(record: String) async throws {
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            if number == 0 { try await server.send(record) }
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port) {
                $0.maximumMessageSize = 1_000
                $0.retryPolicy = .never
            }
            try await client.run { client in
                let end = try await client.waitUntilClosed()
                #expect(end.code == .invalidMessage)
            }
        }
    }

    @Test func handlersWithOtherArgumentsArePassedOver() async throws {
        let numbers = Watched<[Int]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            try await server.send(
                #"{"type":1,"target":"Number","arguments":["x"]}"#, #"{"type":1,"target":"Number","arguments":[]}"#,
                #"{"type":1,"target":"NoSuchThing","arguments":[]}"#, #"{"type":1,"target":"Number","arguments":[1,"more"]}"#
            )
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port)
            client.on("Number") { (number: Int) in numbers.change { $0.append(number) } }
            try await client.run { _ in await numbers.wait { !$0.isEmpty } }
        }
        #expect(numbers.value == [1])
    }

    // MARK: - Clocks

    @Test func aSilentServerIsLeft() async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, _ in
            connections.change { $0 += 1 }
            try await server.shakeHands()
            await server.waitForEnd()
        } _: { port in
            try await self.client(port) { $0.serverTimeout = .milliseconds(50) }.run { _ in
                await connections.wait { $0 == 3 }
            }
            let client = self.client(port) {
                $0.serverTimeout = .milliseconds(50)
                $0.retryPolicy = .never
            }
            try await client.run { client in
                let end = try await client.waitUntilClosed()
                #expect(end.code == .timedOut)
            }
        }
    }

    @Test func pingsKeepAConnection() async throws {
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            // Each of the client's pings is answered by one.
            for count in 1...20 {
                while server.pings < count { try await server.readFrame() }
                try await server.send(#"{"type":6}"#)
            }
            try await server.send(#"{"type":1,"target":"Done","arguments":[\#(number)]}"#)
            await server.waitForEnd()
        } _: { port in
            let done = Watched<Int?>(nil)
            let client = self.client(port) { $0.keepAliveInterval = .milliseconds(20) }
            client.on("Done") { (number: Int) in done.change { $0 = number } }
            try await client.run { _ in await done.wait { $0 != nil } }
            #expect(done.value == 0)
        }
    }

    @Test func aServerThatDoesNotSayGoodbyeIsLeft() async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            await server.waitForEnd()
            // Holds the socket open.
            try await Task.sleep(for: .seconds(600))
        } _: { port in
            try await self.client(port) { $0.closeTimeout = .milliseconds(50) }.run { _ in }
        }
    }

    // MARK: - Ends

    @Test(arguments: [true, false]) func theServersCloseMessage(allowReconnect: Bool) async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, number in
            connections.change { $0 += 1 }
            try await server.shakeHands()
            if number == 0 { try await server.send(#"{"type":7,"error":"Gone.","allowReconnect":\#(allowReconnect)}"#) }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { client in
                if allowReconnect {
                    await connections.wait { $0 == 2 }
                } else {
                    let end = try await client.waitUntilClosed()
                    #expect(end.code == .closed && end.message.contains("Gone.") && connections.value == 1)
                }
            }
        }
    }

    @Test func aCloseFrameAloneIsNoGoodbyeForGood() async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, number in
            connections.change { $0 += 1 }
            try await server.shakeHands()
            if number < 2 { try await server.close(number == 0 ? .normalClosure : .unexpectedServerError) }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { _ in await connections.wait { $0 == 3 } }
        }
    }

    @Test func whatAwaitsAnAnswerFails() async throws {
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            if number == 0 {
                _ = try await server.next()
            } else {
                await server.waitForEnd()
            }
        } _: { port in
            try await self.client(port).run { client in
                let error = try await clientError { try await client.invoke("Forget") }
                #expect(error?.code == .connectionLost)
            }
        }
    }

    @Test func theClientSaysGoodbye() async throws {
        let last = Watched("")
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            let record = try await server.next()
            last.change { $0 = record }
        } _: { port in
            try await self.client(port).run { _ in }
            await last.wait { !$0.isEmpty }
        }
        #expect(last.value == #"{"type":7}"#)
    }

    // MARK: - Connecting

    @Test func whatIsDoneFirstComesBeforeTheServersCalls() async throws {
        let order = Watched<[String]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            try await server.send(#"{"type":1,"target":"Say","arguments":["called"]}"#)
            let record = try await server.next()
            guard record.contains("Subscribe") else { return }
            try await server.send(#"{"type":1,"target":"Say","arguments":["called again"]}"#)
            try await server.send(#"{"type":3,"invocationId":"0","result":"subscribed"}"#)
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port)
            client.on("Say") { (text: String) in order.change { $0.append(text) } }
            client.onConnected {
                let answer: String = try await client.invoke("Subscribe")
                order.change { $0.append(answer) }
            }
            try await client.run { _ in await order.wait { $0.count == 3 } }
        }
        #expect(order.value == ["subscribed", "called", "called again"])
    }

    @Test func aFailureOnTheFirstConnectionEndsTheRun() async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":3,"invocationId":"0","error":"You may not."}"#)
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port)
            client.onConnected { try await client.invoke("Subscribe") }
            let error = try await clientError { try await client.run { _ in _ = Issue.record("It must not begin.") } }
            #expect(error?.code == .invocationFailed && error?.message == "You may not.")
        }
    }

    @Test func aFailureOnAnotherConnectionMakesAnother() async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            connections.change { $0 += 1 }
            // The first is cut at once.
            if number > 0 { await server.waitForEnd() }
        } _: { port in
            let client = self.client(port)
            client.onReconnected {
                if connections.value < 4 { throw SignalRClientError(.invocationFailed, "Not yet.") }
            }
            try await client.run { _ in await connections.wait { $0 == 4 } }
        }
        #expect(connections.value == 4)
    }

    // MARK: - The server asks

    @Test func theServerMayAsk() async throws {
        let answers = Watched<[String]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            for (id, target, arguments) in [("s1", "Double", "21"), ("s2", "Fail", ""), ("s3", "Quiet", ""), ("s4", "No", "")] {
                try await server.send(#"{"type":1,"invocationId":"\#(id)","target":"\#(target)","arguments":[\#(arguments)]}"#)
                let answer = try await server.next()
                answers.change { $0.append(answer) }
            }
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port)
            client.on("Double") { (number: Int) in number * 2 }
            client.on("Fail") { () -> Int in throw SignalRClientError(.closed, "Out of order.") }
            client.on("Quiet") { () in }
            try await client.run { _ in await answers.wait { $0.count == 4 } }
        }
        #expect(
            answers.value == [
                #"{"type":3,"invocationId":"s1","result":42}"#, #"{"type":3,"invocationId":"s2","error":"Out of order."}"#,
                #"{"type":3,"invocationId":"s3","error":"Client didn't provide a result."}"#,
                #"{"type":3,"invocationId":"s4","error":"Client didn't provide a result."}"#,
            ]
        )
    }

    // MARK: - Giving up

    @Test func aCallThatIsGivenUpHarmsNoOther() async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":1,"target":"Asked","arguments":[]}"#)
            _ = try await server.next()
            // Too late for one, in time for the other.
            try await server.send(
                #"{"type":3,"invocationId":"0","result":1}"#, #"{"type":3,"invocationId":"7","result":1}"#,
                #"{"type":3,"invocationId":"1","result":2}"#
            )
            await server.waitForEnd()
        } _: { port in
            let asked = Watched(false)
            let client = self.client(port)
            client.on("Asked") { () in asked.change { $0 = true } }
            try await client.run { client in
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await client.invoke("First") }
                    await asked.wait { $0 }
                    tasks.cancelAll()
                    await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
                }
                let second: Int = try await client.invoke("Second")
                #expect(second == 2)
            }
        }
    }

    @Test func tooManyCallsAtATimeAreRefused() async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":1,"target":"Asked","arguments":[]}"#)
            await server.waitForEnd()
        } _: { port in
            let asked = Watched(false)
            let client = self.client(port) { $0.maximumPendingCalls = 1 }
            client.on("Asked") { () in asked.change { $0 = true } }
            try await client.run { client in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await client.invoke("First") }
                    await asked.wait { $0 }
                    let error = try await clientError { try await client.invoke("Second") }
                    #expect(error?.code == .overloaded)
                    tasks.cancelAll()
                }
            }
        }
    }
}
