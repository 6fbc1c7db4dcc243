import Logging
import NIOCore
import NIOPosix
public import SignalR
public import SignalRProtocol

/// A client of a hub in the same process, without any socket.
///
/// It goes the whole way that clients from elsewhere go: it shakes hands, everything is encoded in its protocol and decoded again,
/// and calls are handled in order. What the test has not taken waits in its outbox, so that a client that takes nothing is dropped
/// as a slow one in the end.
///
/// `withTestClients(of:as:using:_:)` makes them. It may be used from any task.
public final class TestHubClient: Sendable {
    /// The public name of the connection.
    public let connectionID: String
    /// The protocol that it speaks.
    public var kind: HubProtocolKind { self.reception.kind }
    private let connection: CarriedConnection
    let reception: TestReception
    private let eventLoop: any EventLoop

    private init(connection: CarriedConnection, reception: TestReception, eventLoop: any EventLoop) {
        self.connectionID = connection.id
        self.connection = connection
        self.reception = reception
        self.eventLoop = eventLoop
    }

    /// Connects to a hub, and shakes hands. Whoever does this closes it, too.
    ///
    /// The hub's time limits for clients do not count: a test that is slow is not a client that is gone.
    ///
    /// - Parameters:
    ///   - hub: The hub.
    ///   - caller: Who connects.
    ///   - kind: The protocol that it speaks.
    /// - Throws: ``TestHubError`` with ``TestHubError/Code/refused``; what the hub's own authenticator throws.
    public static func connect(
        to hub: Hub, as caller: TestCaller = TestCaller(), using kind: HubProtocolKind = .json
    ) async throws -> TestHubClient {
        var hub = hub
        hub.configuration.timing.handshakeTimeout = .seconds(86_400)
        hub.configuration.timing.clientTimeout = .seconds(86_400)
        let entrance = HubEntrance(to: hub, logger: Logger(label: "RealTimeTesting"))
        let request = HubRequest(target: caller.target, headers: caller.headers)
        let user = if let user = caller.user { user } else { try await entrance.user(of: request) }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let reception = TestReception(kind)
        let connection = try await entrance.connect(user: user, request: request, on: eventLoop) { reception.receive($0) }
        guard let connection else { throw TestHubError(.refused, "The hub takes no more connections.") }
        reception.attach(connection)
        let client = TestHubClient(connection: connection, reception: reception, eventLoop: eventLoop)
        do {
            try await client.write(kind.handshakeRequest(version: 1))
            let error = try await reception.handshake.next(within: .seconds(10), on: eventLoop, missing: "The handshake")
            if let error { throw TestHubError(.refused, error) }
        } catch {
            client.drop()
            throw error
        }
        return client
    }

    // MARK: - Calling

    /// Calls a method of the hub, without an answer; when it returns, the hub has read the call.
    ///
    /// - Throws: ``TestHubError`` with ``TestHubError/Code/closed``; what an argument's own `encode(to:)` throws.
    public func send<each Argument: Encodable & Sendable>(_ method: String, _ arguments: repeat each Argument) async throws {
        var record = ByteBuffer()
        try self.kind.encodeInvocation(target: method, arguments: repeat each arguments, into: &record)
        try await self.write(record)
    }

    /// Calls a method of the hub and waits for its answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - arguments: Its arguments.
    ///   - type: The type of the answer. An optional takes that of a method that returns nothing.
    ///   - timeout: How long it waits. 10 seconds.
    /// - Throws: `HubException` with the text of an error that the hub answers with; ``TestHubError``; what an argument's own
    ///   `encode(to:)` throws.
    public func invoke<each Argument: Encodable & Sendable, Value: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, returning type: Value.Type, within timeout: Duration = .seconds(10)
    ) async throws -> Value {
        let (id, answer) = self.reception.begin()
        do {
            try await self.write(self.call(method, repeat each arguments, id: id))
            return try await self.value(as: type, of: answer, method, within: timeout)
        } catch {
            self.reception.forget(id)
            throw error
        }
    }

    /// Calls a method of the hub and waits until it has been handled.
    ///
    /// - Throws: As ``invoke(_:_:returning:within:)`` does.
    public func invoke<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, within timeout: Duration = .seconds(10)
    ) async throws {
        _ = try await self.invoke(method, repeat each arguments, returning: TestValue.self, within: timeout)
    }

    /// Calls a method of the hub that answers with a stream.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - arguments: Its arguments.
    ///   - type: The type of its items.
    ///   - timeout: How long each item may take. 10 seconds.
    /// - Throws: ``TestHubError``; what an argument's own `encode(to:)` throws. Errors of the hub come from the stream.
    public func stream<each Argument: Encodable & Sendable, Item: Decodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, of type: Item.Type, within timeout: Duration = .seconds(10)
    ) async throws -> TestHubStream<Item> {
        let (id, answer) = self.reception.begin()
        do {
            try await self.write(self.call(method, repeat each arguments, id: id, isStreaming: true))
        } catch {
            self.reception.forget(id)
            throw error
        }
        return TestHubStream(
            next: { [kind = self.kind, connection = self.connection, eventLoop = self.eventLoop] in
                let received = try await answer.next(within: timeout, on: eventLoop, missing: "An item of \(method)")
                connection.taken(received.size)
                switch received.message {
                case .streamItem(_, let item): return try kind.decodePayload(type, from: item)
                case .completion(let completion):
                    answer.finish(TestHubError(.closed, "The stream has ended."))
                    if let error = completion.error { throw HubException(error) }
                    return nil
                default: return nil
                }
            },
            cancel: { [kind = self.kind, connection = self.connection] in
                var record = ByteBuffer()
                kind.encodeCancelInvocation(invocationID: id, into: &record)
                connection.post(record)
            }
        )
    }

    func call<each Argument: Encodable & Sendable>(
        _ method: String, _ arguments: repeat each Argument, id: String, isStreaming: Bool = false, streamIDs: [String] = []
    ) throws -> ByteBuffer {
        var values: [any Encodable] = []
        for argument in repeat each arguments { values.append(argument) }
        var record = ByteBuffer()
        try self.kind.encodeCall(
            target: method, arguments: values, invocationID: id, streamIDs: streamIDs, isStreaming: isStreaming, into: &record
        )
        return record
    }

    func value<Value: Decodable>(
        as type: Value.Type, of answer: Inbox<TestReception.Received>, _ method: String, within timeout: Duration
    ) async throws -> Value {
        let received = try await answer.next(within: timeout, on: self.eventLoop, missing: "The answer to \(method)")
        self.connection.taken(received.size)
        guard case .completion(let completion) = received.message else {
            throw TestHubError(.unexpected, "\(method) answers with a stream.")
        }
        if let error = completion.error { throw HubException(error) }
        do {
            return try ClientAnswer(kind: self.kind, payload: completion.result).value(as: type)
        } catch {
            throw TestHubError(.unexpected, "The answer to \(method) is not a \(type).")
        }
    }

    func write(_ record: ByteBuffer) async throws {
        guard await self.connection.receive(record) else { throw TestHubError(.closed, "The connection has ended.") }
    }

    // MARK: - Being called

    /// Answers calls of `method` that want an answer, also those that have come already. Others are not taken by this.
    ///
    /// A call that nothing answers waits; whoever made it gives it up in time.
    ///
    /// - Parameters:
    ///   - method: The method, in upper or lower case.
    ///   - body: Gets the arguments; called on an event loop. An error that it throws is the answer, with its text.
    public func answer<each Argument: Decodable & Sendable, Value: Encodable & Sendable>(
        _ method: String, _ body: @escaping @Sendable (repeat each Argument) throws -> Value
    ) {
        let kind = self.kind
        self.reception.answer(method) { call in
            var arguments = call.arguments
            var record = ByteBuffer()
            let id = call.invocationID ?? ""
            do {
                let values = (repeat try arguments.next((each Argument).self))
                try kind.encodeCompletion(invocationID: id, result: try body(repeat each values), into: &record)
            } catch {
                kind.encodeCompletion(invocationID: id, error: "\(error)", into: &record)
            }
            return record
        }
    }

    /// The next message that is no answer.
    ///
    /// - Parameter timeout: How long it waits. 10 seconds.
    /// - Throws: ``TestHubError``: nothing came in time, or the connection has ended.
    public func next(within timeout: Duration = .seconds(10)) async throws -> TestHubMessage {
        try self.message(
            try await self.reception.messages.next(within: timeout, on: self.eventLoop, missing: "A message of the hub")
        )
    }

    /// All messages that are no answers and have come by now: everything that this process had sent before.
    ///
    /// Where connections of the hub live elsewhere, what comes from there may still be on its way.
    ///
    /// - Throws: ``TestHubError`` with ``TestHubError/Code/unexpected``.
    public func unread() async throws -> [TestHubMessage] {
        await self.connection.settle()
        return try self.reception.messages.takeAll().map { try self.message($0) }
    }

    private func message(_ received: TestReception.Received) throws -> TestHubMessage {
        self.connection.taken(received.size)
        switch received.message {
        case .invocation(let call):
            var arguments = call.arguments
            return .invocation(call.target, try (0..<arguments.count).map { _ in try arguments.next(TestValue.self) })
        case .close(let close): return .close(error: close.error, allowReconnect: close.allowReconnect)
        default: throw TestHubError(.unexpected, "The hub sent something else than a call.")
        }
    }

    // MARK: - Leaving

    /// Says goodbye, and waits until the hub has heard it.
    public func close() async {
        self.connection.leave()
        await self.connection.settle()
    }

    /// Goes without a goodbye, as a client whose network fails.
    public func drop() {
        self.connection.drop()
    }
}
