import Foundation
import NIOCore
import RealTimeTesting
import Synchronization

@testable import GraphRelay

/// The hub's side of one connection, as `SignalR` promises it, and the client behind it.
final class FakeConnection: FollowedConnection {
    /// One thing that the client was sent.
    enum Received: Equatable {
        case update(Int64)
        case gap(topics: [String], oldest: String)
    }

    private struct State {
        var groups: Set<String> = []
        var isLive = false
        var hasBegun = false
        var position: Int64 = 0
        var skipped: Int64 = 0
        var afterReply: [@Sendable () async -> Void] = []
    }

    private let state = Mutex(State())
    let received = Watched<[Received]>([])
    /// How many calls each method of the client got.
    let calls = Watched<[String: Int]>([:])
    /// Whether sending waits, as it does when the outbox is full.
    let isFull = Watched(false)
    /// Whether the client is gone.
    let isGone = Watched(false)

    var groups: Set<String> { self.state.withLock { $0.groups } }
    var isLive: Bool { self.state.withLock { $0.isLive } }
    var offsets: [Int64] {
        self.received.value.compactMap { if case .update(let offset) = $0 { offset } else { nil } }
    }

    // MARK: - What a follower needs

    func join(_ topic: String) async { self.state.withLock { _ = $0.groups.insert(topic) } }

    func leave(_ topic: String) async { self.state.withLock { _ = $0.groups.remove(topic) } }

    func pauseFeed() async -> Int64? {
        self.state.withLock { state in
            state.isLive = false
            return state.hasBegun ? state.position : nil
        }
    }

    func resumeFeed(from position: Int64) async -> Bool {
        await Task.yield()
        return self.state.withLock { state in
            guard state.skipped <= position else { return false }
            state.isLive = true
            state.hasBegun = true
            state.position = position
            return true
        }
    }

    func send(_ method: String, _ argument: ByteBuffer) async -> Bool {
        await self.isFull.wait { !$0 }
        guard !self.isGone.value, !Task.isCancelled else { return false }
        self.calls.change { $0[method, default: 0] += 1 }
        switch method {
        case "graphUpdate": self.receive([Wire.decode(Wire.Update.self, from: argument)])
        case "graphUpdates": self.receive(Wire.decode([Wire.Update].self, from: argument))
        default:
            let gap = Wire.decode(Wire.Gap.self, from: argument)
            self.received.change { $0.append(.gap(topics: gap.topics, oldest: gap.oldest)) }
        }
        return true
    }

    func afterReply(_ work: @escaping @Sendable () async -> Void) {
        self.state.withLock { $0.afterReply.append(work) }
    }

    // MARK: - The hub and the client

    /// Sends what is broadcast, as the hub would.
    func broadcast(_ update: LoggedUpdate) {
        let isDelivered = self.state.withLock { state in
            guard !state.groups.isDisjoint(with: update.topics) else { return false }
            guard state.isLive else {
                state.skipped = max(state.skipped, update.offset)
                return false
            }
            guard update.offset > state.position else { return false }
            state.position = update.offset
            return true
        }
        if isDelivered { self.received.change { $0.append(.update(update.offset)) } }
    }

    /// Calls `Subscribe`; what comes behind the answer is sent in the task that is returned.
    @discardableResult
    func subscribe(
        _ follower: Follower, to topics: [String], after: String? = nil, isBatched: Bool = false
    ) async throws -> (answer: Wire.Answer, catchingUp: Task<Void, Never>) {
        let result: Result<ByteBuffer, any Error>
        do {
            result = .success(try await follower.subscribe(to: topics, after: after, isBatched: isBatched, over: self))
        } catch {
            result = .failure(error)
        }
        let work = self.state.withLock { state in
            defer { state.afterReply = [] }
            return state.afterReply
        }
        // The answer is on its way before anything that follows it.
        let answer = result.map { Wire.decode(Wire.Answer.self, from: $0) }
        if case .success(let answer) = answer { self.receive(answer.updates) }
        let task = Task { for one in work { await one() } }
        return (try answer.get(), task)
    }

    private func receive(_ updates: [Wire.Update]) {
        self.received.change { $0 += updates.map { .update($0.offset) } }
    }
}

/// What clients read.
enum Wire {
    struct Update: Decodable, Equatable {
        var cursor: String
        var topics: [String]

        var offset: Int64 { Cursor(self.cursor)?.offset ?? -1 }
    }

    struct Answer: Decodable, Equatable {
        var cursor: String
        var gap: Bool
        var oldest: String
        var updates: [Update]

        var offsets: [Int64] { self.updates.map(\.offset) }
    }

    struct Gap: Decodable, Equatable {
        var topics: [String]
        var oldest: String
        var reason: String
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from buffer: ByteBuffer) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView))
        } catch {
            fatalError("Not what a client understands: \(String(buffer: buffer)): \(error)")
        }
    }
}

/// Broadcasts to connections that tests hold.
final class FakeClients: UpdateClients {
    let connections: [FakeConnection]
    let updates = Watched<[Int64]>([])
    let gaps = Watched<[GapNotice]>([])

    init(_ connections: [FakeConnection] = []) {
        self.connections = connections
    }

    func send(_ update: LoggedUpdate) {
        for connection in self.connections { connection.broadcast(update) }
        self.updates.change { $0.append(update.offset) }
    }

    func send(_ notice: GapNotice) {
        self.gaps.change { $0.append(notice) }
    }
}
