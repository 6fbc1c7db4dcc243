import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import GraphNotifications

/// A clock that stands still until it is told, and a time of day that goes with it.
final class ManualTime: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: self.offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - self.offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper {
        var deadline: Instant
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant(offset: .zero)
        var sleepers: [UInt64: Sleeper] = [:]
        var nextID: UInt64 = 0
    }

    static let start: Int64 = 1_800_000_000_000

    private let state = Mutex(State())

    var now: Instant { self.state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }
    /// The time of day in milliseconds since 1970.
    var milliseconds: Int64 { Self.start + self.now.offset.milliseconds }

    var sleeperCount: Int { self.state.withLock { $0.sleepers.count } }

    func advance(by duration: Duration) {
        let due = self.state.withLock { state in
            state.now.offset += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isOver = self.state.withLock { state in
                    if state.now >= deadline || Task.isCancelled { return true }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets a second pass, again and again, until something is true.
    func pass(until what: Comment, _ condition: () async -> Bool) async throws {
        try await eventually(what) {
            if await condition() { return true }
            self.advance(by: .seconds(1))
            return await condition()
        }
    }
}

/// A clock on which nobody has to wait: whoever sleeps moves it on.
final class SkippingClock: Clock {
    typealias Instant = ManualTime.Instant

    private let time = Mutex(Instant(offset: .zero))
    let sleeps = Notes<Duration>()

    var now: Instant { self.time.withLock { $0 } }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        self.sleeps.note(self.now.duration(to: deadline))
        self.time.withLock { $0 = max($0, deadline) }
    }
}

/// Waits until something is true; fails when that takes very long.
func eventually(_ what: Comment, _ condition: () async -> Bool) async throws {
    for _ in 0..<20_000 {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record(what)
    throw CancellationError()
}

/// What was noted from anywhere, in order.
final class Notes<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])

    var all: [Element] { self.elements.withLock { $0 } }
    var count: Int { self.elements.withLock { $0.count } }

    func note(_ element: Element) {
        self.elements.withLock { $0.append(element) }
    }
}

/// Somebody may go on when it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var waiterCount: Int { self.state.withLock { $0.waiters.count } }

    func open() {
        let waiters = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

/// Keeps what is logged, to be searched for what must not be in it.
struct RecordingLogHandler: LogHandler {
    let lines: Notes<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.lines.note("\(event.level): \(event.message) \(event.metadata ?? [:])")
    }
}

func recordingLogger(_ lines: Notes<String>) -> Logger {
    Logger(label: "test") { _ in RecordingLogHandler(lines: lines) }
}

/// One item as Graph sends it for a mailbox.
func item(
    subscription: String = "b1f6a4de-9c02-4d7b-8b57-2c7e0d3a5f18", state: String = "k1.pS9fJx0WnQ3uE7bT",
    resource: String = "Users/0e9a5b71/Messages/AAMkAGE2Zm9vAAA="
) -> String {
    """
    {"id":"q7RmTZ0Lk4AAA","subscriptionId":"\(subscription)","subscriptionExpirationDateTime":"2026-11-29T09:30:00+00:00",\
    "clientState":"\(state)","changeType":"created","resource":"\(resource)","tenantId":"7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611",\
    "resourceData":{"@odata.type":"#Microsoft.Graph.Message","@odata.id":"\(resource)","@odata.etag":"W/\\"CQAAABYAAADk1Zp0\\"",\
    "id":"AAMkAGE2Zm9vAAA="}}
    """
}

func collection(_ items: String...) -> ByteBuffer {
    ByteBuffer(string: #"{"value":["# + items.joined(separator: ",") + "]}")
}
