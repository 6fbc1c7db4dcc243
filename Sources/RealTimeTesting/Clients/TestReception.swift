import NIOCore
import SignalR
import SignalRProtocol
import Synchronization

/// Sorts what comes from a hub: answers to those who called, questions to what answers them, the rest to the test.
final class TestReception: Sendable {
    /// A message, and how many bytes of the hub's outbox it takes until the test has taken it.
    struct Received: Sendable {
        var message: HubMessage
        var size: Int
    }

    typealias Answerer = @Sendable (InvocationMessage) -> ByteBuffer

    private struct State {
        var splitter = HubMessageSplitter(maximumSize: nil)
        var hasShakenHands = false
        var connection: CarriedConnection?
        var calls: [String: Inbox<Received>] = [:]
        var callCount = 0
        var answerers: [String: Answerer] = [:]
        /// Questions that nothing answers yet.
        var questions: [Received] = []
        var end: TestHubError?
    }

    let kind: HubProtocolKind
    /// The answer to the handshake: the text of an error, if it is one.
    let handshake = Inbox<String?>()
    let messages = Inbox<Received>()
    private let state = Mutex(State())

    init(_ kind: HubProtocolKind) {
        self.kind = kind
    }

    /// The connection is there; nothing has come yet.
    func attach(_ connection: CarriedConnection) {
        self.state.withLock { $0.connection = connection }
    }

    // MARK: - Expecting

    /// A new call, and where its answer will be.
    func begin() -> (id: String, answer: Inbox<Received>) {
        self.state.withLock { state in
            state.callCount += 1
            let id = "\(state.callCount)"
            let answer = Inbox<Received>()
            if let end = state.end { answer.finish(end) } else { state.calls[id] = answer }
            return (id, answer)
        }
    }

    /// Nobody waits for the answer any more.
    func forget(_ id: String) {
        self.state.withLock { $0.calls[id] = nil }
    }

    /// Questions for `method` are answered from now on, also those that came before.
    func answer(_ method: String, with answerer: @escaping Answerer) {
        let name = method.lowercased()
        let (earlier, connection) = self.state.withLock { state in
            state.answerers[name] = answerer
            let earlier = state.questions.filter { $0.message.target == name }
            state.questions.removeAll { $0.message.target == name }
            return (earlier, state.connection)
        }
        for question in earlier {
            guard case .invocation(let call) = question.message else { continue }
            connection?.post(answerer(call))
            connection?.taken(question.size)
        }
    }

    // MARK: - Receiving

    /// Something has happened. On the connection's event loop.
    func receive(_ event: CarriedEvent) {
        switch event {
        case .records(let records):
            do {
                try self.read(records)
            } catch {
                self.end(TestHubError(.unexpected, "The hub sent what is not of the protocol: \(error)"))
            }
        case .ended: self.end(TestHubError(.closed, "The connection has ended."))
        }
    }

    private func read(_ records: ByteBuffer) throws {
        var records = records
        var free = records.readableBytes
        defer { if free > 0 { self.state.withLock { $0.connection }?.taken(free) } }
        while let record = try self.state.withLock({ try $0.splitter.next(in: &records) }) {
            guard self.state.withLock({ $0.hasShakenHands }) else {
                try self.shakeHands(record)
                continue
            }
            guard let message = try self.kind.decode(record) else { continue }
            let received = Received(message: message, size: record.readableBytes)
            if self.sort(received) { free -= received.size }
        }
    }

    private func shakeHands(_ record: ByteBuffer) throws {
        struct Answer: Decodable { var error: String? }
        let answer = try HubProtocolKind.json.decodePayload(Answer.self, from: record)
        self.state.withLock { state in
            state.hasShakenHands = true
            state.splitter.begin(self.kind)
        }
        self.handshake.add(answer.error)
    }

    /// - Returns: Whether it is kept until somebody takes it.
    private func sort(_ received: Received) -> Bool {
        switch received.message {
        case .invocation(let call) where call.invocationID != nil: return self.ask(call, received)
        case .invocation, .close:
            self.messages.add(received)
            return true
        case .streamItem(let id, _):
            guard let call = self.state.withLock({ $0.calls[id] }) else { return false }
            call.add(received)
            return true
        case .completion(let completion):
            guard let call = self.state.withLock({ $0.calls.removeValue(forKey: completion.invocationID) }) else { return false }
            call.add(received)
            return true
        case .cancelInvocation, .ping, .ack, .sequence: return false
        }
    }

    private func ask(_ call: InvocationMessage, _ received: Received) -> Bool {
        let (answerer, connection) = self.state.withLock { state in
            let answerer = state.answerers[call.target.lowercased()]
            if answerer == nil { state.questions.append(received) }
            return (answerer, state.connection)
        }
        guard let answerer else { return true }
        connection?.post(answerer(call))
        return false
    }

    private func end(_ error: TestHubError) {
        let calls = self.state.withLock { state in
            state.end = state.end ?? error
            defer {
                state.calls = [:]
                state.questions = []
            }
            return state.calls.values
        }
        for call in calls { call.finish(error) }
        self.handshake.finish(error)
        self.messages.finish(error)
    }
}

extension HubMessage {
    /// The method that is called, in lower case; clients do not mind it.
    fileprivate var target: String? {
        if case .invocation(let call) = self { call.target.lowercased() } else { nil }
    }
}
