import NIOCore
public import SignalR
public import SignalRProtocol
import Synchronization

/// Keeps what is done through it, so that code which uses a hub can be tested without a client.
///
/// ```swift
/// let recorder = RecordingLifetimeManager()
/// let inbox = Hub("inbox", lifetime: recorder) { _ in }
/// try await notify("ann", over: inbox)
/// #expect(recorder.sent == [SentMessage(to: .users(["ann"]), "MailArrived", ["Inbox"])])
/// ```
///
/// Everything also goes on to another manager, if there is one; otherwise every connection is there that was put into a group,
/// until it is closed.
public final class RecordingLifetimeManager: HubLifetimeManager {
    private struct State {
        var sent: [SentMessage] = []
        var groups: [String: Set<String>] = [:]
        var closed: [HubTarget] = []
    }

    private let next: (any HubLifetimeManager)?
    private let maximumCount: Int
    private let answer: @Sendable (SentMessage) throws -> TestValue
    private let state = Watched(State())

    /// - Parameters:
    ///   - next: Where everything goes on to; `nil` for nowhere.
    ///   - maximumCount: How many messages are kept; the oldest are forgotten then.
    ///   - answer: What a client answers that is called, where there is no `next`. Without it there is no such connection.
    public init(
        forwardingTo next: (any HubLifetimeManager)? = nil, maximumCount: Int = 10_000,
        answer: (@Sendable (SentMessage) throws -> TestValue)? = nil
    ) {
        self.next = next
        self.maximumCount = maximumCount
        self.answer =
            answer ?? { sent in
                guard case .connections(let ids) = sent.target else { throw ClientResultError(.unknownConnection, "") }
                throw ClientResultError.unknown(ids.first ?? "")
            }
    }

    // MARK: - What was done

    /// What was sent, oldest first; calls that want an answer too.
    public var sent: [SentMessage] { self.state.value.sent }

    /// The groups that somebody was put into and not taken out of, and the names of their connections.
    public var groups: [String: Set<String>] { self.state.value.groups }

    /// Whose connections were ended.
    public var closed: [HubTarget] { self.state.value.closed }

    /// Waits until this many messages have been sent, or the task is cancelled.
    public func waitForSent(_ count: Int) async {
        await self.state.wait { $0.sent.count >= count }
    }

    // MARK: - The seam

    public var local: InMemoryHubLifetimeManager? { self.next?.local }

    public func send(_ message: SerializedHubMessage, to target: HubTarget) async throws {
        self.note(message, target, nil)
        try await self.next?.send(message, to: target)
    }

    public func post(_ message: SerializedHubMessage, to target: HubTarget, at position: Int64?) {
        self.note(message, target, position)
        self.next?.post(message, to: target, at: position)
    }

    public func invoke(
        _ call: SerializedHubMessage, id: String, on connectionID: String, timeout: Duration
    ) async throws -> ClientAnswer {
        let sent = self.note(call, .connections([connectionID]), nil)
        if let next = self.next { return try await next.invoke(call, id: id, on: connectionID, timeout: timeout) }
        var payload = ByteBuffer()
        try HubProtocolKind.json.encodeCompletion(invocationID: id, result: try self.answer(sent), into: &payload)
        payload.moveWriterIndex(to: payload.writerIndex - 1)
        guard case .completion(let completion) = try HubProtocolKind.json.decode(payload) else {
            throw ClientResultError.unknown(connectionID)
        }
        return ClientAnswer(kind: .json, payload: completion.result)
    }

    @discardableResult
    public func join(_ group: String, connectionID: String) async throws -> Bool {
        self.state.change { _ = $0.groups[group, default: []].insert(connectionID) }
        return try await self.next?.join(group, connectionID: connectionID) ?? true
    }

    @discardableResult
    public func leave(_ group: String, connectionID: String) async throws -> Bool {
        self.state.change { state in
            state.groups[group]?.remove(connectionID)
            if state.groups[group]?.isEmpty == true { state.groups[group] = nil }
        }
        return try await self.next?.leave(group, connectionID: connectionID) ?? true
    }

    public func exists(_ target: HubTarget) async throws -> Bool {
        if let next = self.next { return try await next.exists(target) }
        let groups = self.groups
        let everybody = groups.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        return switch target {
        case .all(let except): !everybody.subtracting(except).isEmpty
        case .groups(let names, let except): names.contains { !(groups[$0] ?? []).subtracting(except).isEmpty }
        case .users: false
        case .connections(let ids): !everybody.isDisjoint(with: ids)
        }
    }

    public func close(_ target: HubTarget, reason: CloseReason) async throws {
        self.state.change { state in
            state.closed.append(target)
            guard case .connections(let ids) = target else { return }
            state.groups = state.groups.mapValues { $0.subtracting(ids) }.filter { !$0.value.isEmpty }
        }
        try await self.next?.close(target, reason: reason)
    }

    public func connected(_ connectionID: String, user: HubUser?) async throws {
        try await self.next?.connected(connectionID, user: user)
    }

    public func disconnected(_ connectionID: String, user: HubUser?) async {
        await self.next?.disconnected(connectionID, user: user)
    }

    @discardableResult
    private func note(_ message: SerializedHubMessage, _ target: HubTarget, _ position: Int64?) -> SentMessage {
        let call = message.invocation
        var arguments = call?.arguments
        var values: [TestValue] = []
        while let value = try? arguments?.next(TestValue.self) { values.append(value) }
        let sent = SentMessage(to: target, call?.target ?? "", values, at: position)
        self.state.change { state in
            state.sent.append(sent)
            if state.sent.count > self.maximumCount { state.sent.removeFirst() }
        }
        return sent
    }
}
