import NIOCore
import RealTimeTesting
import SignalRProtocol
import Testing

@testable import SignalRClient

/// A client in each protocol, of a server that behaves as each test wants.
@Suite(.timeLimit(.minutes(1))) struct ProtocolTests {
    private func client(
        _ port: Int, _ kind: HubProtocolKind, _ change: (inout HubClient.Configuration) -> Void = { _ in }
    ) -> HubClient {
        HubClient.testing(port: port) {
            $0.skipsNegotiation = true
            $0.hubProtocol = kind
            change(&$0)
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func messagesSpanFramesAndShareThem(kind: HubProtocolKind) async throws {
        let texts = Watched<[String]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands(kind)
            for size in [1, 3, .max] {
                try await server.send(frameSize: size) { kind, buffer in
                    for text in ["a", "é\u{1E}"] { try kind.encodeInvocation(target: "Say", arguments: text, into: &buffer) }
                    kind.encodePing(into: &buffer)
                }
            }
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port, kind)
            client.on("Say") { (text: String) in texts.change { $0.append(text) } }
            try await client.run { _ in await texts.wait { $0.count == 6 } }
        }
        #expect(texts.value == ["a", "é\u{1E}", "a", "é\u{1E}", "a", "é\u{1E}"])
    }

    @Test(arguments: HubProtocolKind.allCases) func callsAreWrittenAsTheServerReadsThem(kind: HubProtocolKind) async throws {
        let messages = Watched<[HubMessage]>([])
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands(kind)
            for _ in 0..<4 {
                let message = try await server.nextMessage()
                messages.change { $0.append(message) }
                guard case .invocation(let call) = message, let id = call.invocationID else { continue }
                try await server.send { kind, buffer in
                    if call.isStreaming {
                        try kind.encodeStreamItem(invocationID: id, item: 7, into: &buffer)
                    } else {
                        try kind.encodeCompletion(invocationID: id, result: [1, 2], into: &buffer)
                    }
                }
            }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port, kind).run { client in
                try await client.send("Tell", "x")
                #expect(try await client.invoke("Ask", 1, as: [Int].self) == [1, 2])
                for try await item in client.stream("Count", of: Int.self) {
                    #expect(item == 7)
                    break
                }
                await messages.wait { $0.count == 4 }
            }
        }
        let calls = messages.value.compactMap { message in
            if case .invocation(let call) = message { call } else { nil }
        }
        #expect(calls.map(\.target) == ["Tell", "Ask", "Count"] && calls.map(\.invocationID) == [nil, "0", "1"])
        #expect(calls.map(\.isStreaming) == [false, false, true] && calls.map(\.arguments.count) == [1, 1, 0])
        #expect(messages.value.last == .cancelInvocation(invocationID: "1"))
    }

    @Test(arguments: HubProtocolKind.allCases) func pingsKeepAConnection(kind: HubProtocolKind) async throws {
        let done = Watched<Int?>(nil)
        try await ScriptedServer.run { server, number in
            try await server.shakeHands(kind)
            // Each of the client's pings is answered by one.
            for count in 1...20 {
                while server.pings < count { try await server.readFrame() }
                try await server.send { kind, buffer in kind.encodePing(into: &buffer) }
            }
            try await server.send { kind, buffer in
                try kind.encodeInvocation(target: "Done", arguments: number, into: &buffer)
            }
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port, kind) { $0.keepAliveInterval = .milliseconds(20) }
            client.on("Done") { (number: Int) in done.change { $0 = number } }
            try await client.run { _ in await done.wait { $0 != nil } }
        }
        #expect(done.value == 0)
    }

    @Test(arguments: HubProtocolKind.allCases) func aSilentServerIsLeft(kind: HubProtocolKind) async throws {
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands(kind)
            await server.waitForEnd()
        } _: { port in
            let client = self.client(port, kind) {
                $0.serverTimeout = .milliseconds(50)
                $0.retryPolicy = .never
            }
            try await client.run { client in
                let end = try await client.waitUntilClosed()
                #expect(end.code == .timedOut)
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases, [true, false])
    func theServersCloseMessage(kind: HubProtocolKind, allowReconnect: Bool) async throws {
        let connections = Watched(0)
        try await ScriptedServer.run { server, number in
            connections.change { $0 += 1 }
            try await server.shakeHands(kind)
            if number == 0 {
                try await server.send { kind, buffer in
                    kind.encodeClose(CloseMessage(error: "Gone.", allowReconnect: allowReconnect), into: &buffer)
                }
            }
            await server.waitForEnd()
        } _: { port in
            try await self.client(port, kind).run { client in
                if allowReconnect {
                    await connections.wait { $0 == 2 }
                } else {
                    let end = try await client.waitUntilClosed()
                    #expect(end.code == .closed && end.message.contains("Gone.") && connections.value == 1)
                }
            }
        }
    }

    /// One that is none, and one that is too large.
    @Test(arguments: HubProtocolKind.allCases, [true, false])
    func whatCannotBeReadEndsTheConnection(kind: HubProtocolKind, isTooLarge: Bool) async throws {
        let goodbye = Watched<HubMessage?>(nil)
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands(kind)
            try await server.send { kind, buffer in
                if isTooLarge {
                    let text = String(repeating: "x", count: 2_000)
                    try kind.encodeInvocation(target: "Say", arguments: text, into: &buffer)
                } else {
                    buffer.writeBytes(kind == .json ? [0x7B, 0x1E] : [0x01, 0xC0])
                }
            }
            let message = try await server.nextMessage()
            goodbye.change { $0 = message }
        } _: { port in
            let client = self.client(port, kind) {
                $0.maximumMessageSize = 1_000
                $0.retryPolicy = .never
            }
            try await client.run { client in
                let end = try await client.waitUntilClosed()
                #expect(end.code == .invalidMessage)
            }
            await goodbye.wait { $0 != nil }
        }
        // The server learns why.
        guard case .close(let message) = goodbye.value else {
            Issue.record("There was no goodbye.")
            return
        }
        #expect(message.error?.contains("cannot be read") == true && !message.allowReconnect)
    }
}
