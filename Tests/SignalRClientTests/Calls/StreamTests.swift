import RealTimeTesting
import Testing

@testable import SignalRClient

@Suite(.timeLimit(.minutes(1))) struct StreamTests {
    private func client(_ port: Int, _ change: (inout HubClient.Configuration) -> Void = { _ in }) -> HubClient {
        HubClient.testing(port: port) {
            $0.skipsNegotiation = true
            change(&$0)
        }
    }

    @Test func itemsThenTheEnd() async throws {
        let calls = Watched<[String]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            for id in 0..<2 {
                let call = try await server.next()
                calls.change { $0.append(call) }
                try await server.send(
                    #"{"type":2,"invocationId":"\#(id)","item":1}"#, #"{"type":2,"invocationId":"9","item":7}"#,
                    #"{"type":2,"invocationId":"\#(id)","item":2}"#, #"{"type":3,"invocationId":"\#(id)"}"#,
                    #"{"type":2,"invocationId":"\#(id)","item":3}"#
                )
            }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { client in
                let stream = client.stream("Countdown", 10, "x", of: Int.self)
                // Each iteration calls anew.
                for _ in 0..<2 {
                    var items: [Int] = []
                    for try await item in stream { items.append(item) }
                    #expect(items == [1, 2])
                }
            }
        }
        #expect(calls.value.first == #"{"type":4,"invocationId":"0","target":"Countdown","arguments":[10,"x"]}"#)
    }

    @Test func anErrorEndsItBehindItsItems() async throws {
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":2,"invocationId":"0","item":1}"#)
            if number == 0 { try await server.send(#"{"type":3,"invocationId":"0","error":"Out of numbers."}"#) }
            // Once that has been seen, it is cut.
            _ = try await server.next()
        } _: { port in
            try await self.client(port).run { client in
                var items: [Int] = []
                let failed = try await clientError {
                    for try await item in client.stream("Count", of: Int.self) { items.append(item) }
                }
                #expect(items == [1] && failed?.code == .invocationFailed && failed?.message == "Out of numbers.")
                let lost = try await clientError {
                    for try await item in client.stream("Count", of: Int.self) {
                        items.append(item)
                        try await client.send("Cut")
                    }
                }
                #expect(items == [1] && lost?.code == .connectionLost)
            }
        }
    }

    @Test func leavingItTellsTheServer() async throws {
        let cancel = Watched("")
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":2,"invocationId":"0","item":1}"#, #"{"type":2,"invocationId":"0","item":2}"#)
            let record = try await server.next()
            cancel.change { $0 = record }
            // Answered as servers do, with what was under way.
            try await server.send(#"{"type":2,"invocationId":"0","item":3}"#, #"{"type":3,"invocationId":"0"}"#)
            _ = try await server.next()
            try await server.send(#"{"type":3,"invocationId":"1","result":5}"#)
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { client in
                for try await item in client.stream("Count", of: Int.self) {
                    #expect(item == 1)
                    break
                }
                let next: Int = try await client.invoke("Next")
                #expect(next == 5)
            }
        }
        #expect(cancel.value == #"{"type":5,"invocationId":"0"}"#)
    }

    @Test func cancellingTheTaskTellsTheServer() async throws {
        let cancel = Watched("")
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":2,"invocationId":"0","item":1}"#)
            let record = try await server.next()
            cancel.change { $0 = record }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { client in
                let taken = Watched(0)
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        for try await _ in client.stream("Count", of: Int.self) { taken.change { $0 += 1 } }
                    }
                    await taken.wait { $0 == 1 }
                    tasks.cancelAll()
                    await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
                }
                await cancel.wait { !$0.isEmpty }
            }
        }
        #expect(cancel.value == #"{"type":5,"invocationId":"0"}"#)
    }

    @Test func aWrongItemEndsIt() async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":2,"invocationId":"0","item":"one"}"#)
            await server.waitForEnd()
        } _: { port in
            try await self.client(port).run { client in
                let error = try await clientError { for try await _ in client.stream("Count", of: Int.self) {} }
                #expect(error?.code == .unexpectedResult && client.isConnected)
            }
        }
    }

    /// One item of 1,000 bytes and more.
    private static func item(_ number: Int) -> String {
        #"{"type":2,"invocationId":"0","item":"\#(number) \#(String(repeating: "x", count: 1_000))"}"#
    }

    @Test func aSlowReaderSlowsTheServerAndLosesNothing() async throws {
        let total = 5_000
        let sent = Watched(0)
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            for number in 0..<total {
                try await server.send(Self.item(number))
                sent.change { $0 += 1 }
            }
            try await server.send(#"{"type":3,"invocationId":"0"}"#)
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port) { $0.maximumBacklog = 16 << 10 }
            try await client.run { client in
                var count = 0
                for try await item in client.stream("Count", of: String.self) {
                    #expect(item.hasPrefix("\(count) "))
                    count += 1
                    // Ten times as much as there is room for.
                    if count == 1 { await sent.wait { $0 > 160 } }
                    #expect(client.core.backlogBytes < 18 << 10)
                }
                #expect(count == total)
            }
        }
    }

    @Test func aHandlerThatAsksIsAnsweredHoweverMuchWaits() async throws {
        let answers = Watched<[Int]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            let text = String(repeating: "x", count: 1_000)
            for _ in 0..<20 { try await server.send(#"{"type":1,"target":"Ask","arguments":["\#(text)"]}"#) }
            for id in 0..<20 {
                _ = try await server.next()
                try await server.send(#"{"type":3,"invocationId":"\#(id)","result":\#(id)}"#)
            }
            await server.waitForEnd()
        } _: { port in
            // Reading pauses behind six of them unless somebody waits; all twenty fit in four times as much.
            let client = self.client(port) { $0.maximumBacklog = 6 << 10 }
            client.on("Ask") { (_: String) in
                let answer: Int = try await client.invoke("Answer")
                answers.change { $0.append(answer) }
            }
            try await client.run { _ in await answers.wait { $0.count == 20 } }
        }
        #expect(answers.value == Array(0..<20))
    }

    @Test func whoeverDoesNotKeepUpIsTold() async throws {
        try await ScriptedServer.run { server, number in
            try await server.shakeHands()
            guard number == 0 else { return await server.waitForEnd() }
            _ = try await server.next()
            let text = String(repeating: "x", count: 1_000)
            while true { try await server.send(#"{"type":1,"target":"Flood","arguments":["\#(text)"]}"#) }
        } _: { port in
            let client = self.client(port) {
                $0.maximumBacklog = 64 << 10
                $0.retryPolicy = .never
            }
            // Waits for an answer that does not come.
            client.on("Flood") { (_: String) in try await client.invoke("Answer") }
            try await client.run { client in
                try await client.send("Begin")
                let end = try await client.waitUntilClosed()
                #expect(end.code == .overloaded)
            }
        }
    }
}
