import NIOCore
import RealTimeTesting
import SignalR
import SignalRProtocol
import Testing

@testable import SignalRClient

/// Streams that go to the hub along with a call.
@Suite(.timeLimit(.minutes(1))) struct UploadTests {
    private struct Boom: Error, CustomStringConvertible {
        var description: String { "Out of numbers." }
    }

    private struct Unwritable: Encodable, Sendable {
        func encode(to encoder: any Encoder) throws {
            throw EncodingError.invalidValue(0, .init(codingPath: [], debugDescription: "secret"))
        }
    }

    /// What the hub has received, and how its methods ended.
    private let received = Watched<[Int]>([])
    private let ends = Watched<[String]>([])
    private let hub: Hub

    init() {
        let received = self.received
        let ends = self.ends
        self.hub = Hub("uploads") { hub in
            hub.on("Sum") { (_: HubCaller, start: Int, numbers: SignalR.HubStream<Int>) in
                var sum = start
                for try await number in numbers { sum += number }
                return sum
            }
            hub.on("Zip") { (_: HubCaller, left: SignalR.HubStream<Int>, between: String, right: SignalR.HubStream<String>) in
                var texts: [String] = []
                var others = right.makeAsyncIterator()
                for try await number in left {
                    guard let other = try await others.next() else { break }
                    texts.append("\(number)\(between)\(other)")
                }
                return texts
            }
            hub.on("Take") { (_: HubCaller, count: Int, numbers: SignalR.HubStream<Int>) in
                guard count > 0 else { return }
                var rest = count
                for try await number in numbers {
                    received.change { $0.append(number) }
                    rest -= 1
                    if rest == 0 { return }
                }
            }
            hub.on("Follow") { (_: HubCaller, numbers: SignalR.HubStream<Int>) in
                do {
                    for try await number in numbers { received.change { $0.append(number) } }
                    ends.change { $0.append("end") }
                } catch {
                    ends.change { $0.append("\(error)") }
                }
            }
            hub.stream("Doubles") { (_: HubCaller, numbers: SignalR.HubStream<Int>) in
                let (doubles, sink) = AsyncThrowingStream.makeStream(of: Int.self)
                let task = Task {
                    do {
                        for try await number in numbers {
                            received.change { $0.append(number) }
                            sink.yield(2 * number)
                        }
                        sink.finish()
                    } catch {
                        ends.change { $0.append("\(error)") }
                        sink.finish(throwing: error)
                    }
                }
                sink.onTermination = { _ in task.cancel() }
                return doubles
            }
        }
    }

    /// These numbers, and then the end, or never an end.
    private func numbers(_ range: Range<Int>, ends: Bool = true) -> AsyncStream<Int> {
        AsyncStream { sink in
            for number in range { sink.yield(number) }
            if ends { sink.finish() }
        }
    }

    private func run<Value: Sendable>(
        _ kind: HubProtocolKind, _ body: (HubClient) async throws -> Value
    ) async throws -> Value {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.hubProtocol = kind }.run(body)
        }
    }

    // MARK: - To the end

    @Test(arguments: HubProtocolKind.allCases) func theItemsArriveInOrderAndEnd(kind: HubProtocolKind) async throws {
        try await self.run(kind) { client in
            // Far more than wait in the hub.
            let sum: Int = try await client.invoke("Sum", 5, UploadStream(self.numbers(0..<1_000)))
            #expect(sum == 499_505)
            let none: Int = try await client.invoke("Sum", 5, UploadStream(self.numbers(0..<0)))
            #expect(none == 5)
            try await client.send("Follow", UploadStream(self.numbers(0..<300)))
            await self.ends.wait { $0 == ["end"] }
            #expect(self.received.value == Array(0..<300))
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func aCallMayBringSeveral(kind: HubProtocolKind) async throws {
        let texts = AsyncStream { sink in
            for text in ["a", "b", "c"] { sink.yield(text) }
            sink.finish()
        }
        try await self.run(kind) { client in
            let zipped: [String] = try await client.invoke(
                "Zip", UploadStream(self.numbers(1..<4)), "-", UploadStream(texts)
            )
            #expect(zipped == ["1-a", "2-b", "3-c"])
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func streamsGoBothWaysAtATime(kind: HubProtocolKind) async throws {
        try await self.run(kind) { client in
            let (numbers, sink) = AsyncStream.makeStream(of: Int.self)
            sink.yield(1)
            var doubles: [Int] = []
            for try await double in client.stream("Doubles", UploadStream(numbers), of: Int.self) {
                doubles.append(double)
                // Each answer brings the next question.
                if double < 64 { sink.yield(double) } else { sink.finish() }
            }
            #expect(doubles == [2, 4, 8, 16, 32, 64])
        }
    }

    // MARK: - Not to the end

    @Test(arguments: HubProtocolKind.allCases) func whatTheSequenceThrowsIsToldTheHub(kind: HubProtocolKind) async throws {
        @Sendable func failing() -> AsyncThrowingStream<Int, any Error> {
            AsyncThrowingStream { sink in
                sink.yield(1)
                sink.finish(throwing: Boom())
            }
        }
        try await self.run(kind) { client in
            let told = try await clientError { try await client.invoke("Sum", 1, UploadStream(failing())) }
            #expect(told?.code == .invocationFailed && told?.message.contains("Out of numbers.") == true)
            // Whoever does not wait for an answer learns it itself.
            await #expect(throws: Boom.self) { try await client.send("Follow", UploadStream(failing())) }
            await self.ends.wait { $0.count == 1 }
            #expect(self.ends.value[0].contains("Out of numbers.") && self.received.value == [1])
            let unwritable = AsyncStream { sink in sink.yield(Unwritable()) }
            let untold = try await clientError { try await client.invoke("Sum", 1, UploadStream(unwritable)) }
            #expect(untold?.message.contains("could not be written") == true && untold?.message.contains("secret") == false)
            #expect(client.isConnected)
        }
    }

    @Test func theHubsAnswerEndsTheSequence() async throws {
        try await self.run(.json) { client in
            let ended = Watched(false)
            let numbers = AsyncStream<Int> { sink in
                sink.onTermination = { _ in ended.change { $0 = true } }
                sink.yield(0)
                sink.yield(1)
            }
            try await client.invoke("Take", 2, UploadStream(numbers))
            await ended.wait { $0 }
            #expect(self.received.value == [0, 1])
            // Nothing of it is left: as many may be under way as before.
            #expect(client.core.pendingCount == 0)
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func cancellingTheCallFailsTheStream(kind: HubProtocolKind) async throws {
        try await self.run(kind) { client in
            for isAnswered in [true, false] {
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    let numbers = UploadStream(self.numbers(0..<3, ends: false))
                    tasks.addTask {
                        if isAnswered {
                            try await client.invoke("Follow", numbers)
                        } else {
                            try await client.send("Follow", numbers)
                        }
                    }
                    await self.received.wait { $0.count == 3 }
                    tasks.cancelAll()
                    await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
                }
                await self.ends.wait { $0.count == 1 }
                #expect(self.ends.value[0].contains("The client gave the call up."))
                self.ends.change { $0 = [] }
                self.received.change { $0 = [] }
            }
        }
    }

    @Test(arguments: HubProtocolKind.allCases) func leavingTheAnswerEndsTheStream(kind: HubProtocolKind) async throws {
        try await self.run(kind) { client in
            let ended = Watched(false)
            let numbers = AsyncStream<Int> { sink in
                sink.onTermination = { _ in ended.change { $0 = true } }
                sink.yield(1)
            }
            for try await double in client.stream("Doubles", UploadStream(numbers), of: Int.self) {
                #expect(double == 2)
                break
            }
            await ended.wait { $0 }
        }
    }

    @Test func aStreamInsideAnArgumentIsRefused() async throws {
        try await self.run(.json) { client in
            await #expect(throws: EncodingError.self) {
                try await client.invoke("Sum", 1, [UploadStream(self.numbers(0..<3))])
            }
            #expect(client.isConnected && client.core.pendingCount == 0)
        }
    }

    // MARK: - Lost connections and limits

    @Test func aLostConnectionEndsTheSequence() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await CuttableProxy.run(to: server.port) { proxy, port in
                try await HubClient.testing(port: port).run { client in
                    for isAnswered in [true, false] {
                        let ended = Watched(false)
                        let numbers = AsyncStream<Int> { sink in
                            sink.onTermination = { _ in ended.change { $0 = true } }
                            sink.yield(1)
                        }
                        async let lost = clientError {
                            if isAnswered {
                                try await client.invoke("Follow", UploadStream(numbers))
                            } else {
                                try await client.send("Follow", UploadStream(numbers))
                            }
                        }
                        await self.received.wait { $0.count == 1 }
                        proxy.cut()
                        let error = try await lost
                        #expect(error?.code == .connectionLost)
                        await ended.wait { $0 }
                        self.received.change { $0 = [] }
                        while !client.isConnected { try await Task.sleep(for: .milliseconds(2)) }
                    }
                }
            }
        }
    }

    @Test func streamsCountAsCalls() async throws {
        try await TestServer.run(["/hub": self.hub]) { server in
            try await server.client { $0.maximumPendingCalls = 2 }.run { client in
                let error = try await clientError {
                    try await client.invoke("Zip", UploadStream(self.numbers(0..<1)), "-", UploadStream(self.numbers(0..<1)))
                }
                #expect(error?.code == .overloaded && client.core.pendingCount == 0)
                let sum: Int = try await client.invoke("Sum", 1, UploadStream(self.numbers(0..<3)))
                #expect(sum == 4)
            }
        }
    }

    /// An endless sequence, which counts what was taken of it.
    private struct Endless: AsyncSequence, Sendable {
        let taken: Watched<Int>

        func makeAsyncIterator() -> Iterator { Iterator(taken: self.taken) }

        struct Iterator: AsyncIteratorProtocol {
            let taken: Watched<Int>

            mutating func next() async throws -> String? {
                try Task.checkCancellation()
                self.taken.change { $0 += 1 }
                return String(repeating: "x", count: 10_000)
            }
        }
    }

    @Test func aServerThatDoesNotReadStopsTheSequence() async throws {
        let taken = Watched(0)
        let isLeft = Watched(false)
        try await ScriptedServer.run { server, _ in
            try await server.shakeHands()
            // Reads the call, and then no more than the socket takes.
            _ = try await server.next()
            await isLeft.wait { $0 }
        } _: { port in
            let client = HubClient.testing(port: port) {
                $0.skipsNegotiation = true
                $0.closeTimeout = .milliseconds(50)
            }
            try await client.run { client in
                await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await client.invoke("Follow", UploadStream(Endless(taken: taken))) }
                    await taken.wait { $0 > 1 }
                    // Until it stands still.
                    var before = 0
                    while taken.value > before {
                        before = taken.value
                        try? await Task.sleep(for: .milliseconds(200))
                    }
                    // What sockets hold, far from without end.
                    #expect(before < 3_000)
                    tasks.cancelAll()
                    await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
                }
            }
            isLeft.change { $0 = true }
        }
    }
}
