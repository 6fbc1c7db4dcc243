public import GraphNotifications
import NIOCore

/// What every `NotificationQueue` promises, tried on one that is empty and new.
public struct NotificationQueueConformance: Sendable {
    private let queue: any NotificationQueue
    private let settle: @Sendable ([Int64]) async throws -> Void

    /// - Parameters:
    ///   - queue: The queue: empty, and never used.
    ///   - settle: Lets entries go that are dealt with, in the queue's own way.
    public init(of queue: any NotificationQueue, settle: @escaping @Sendable ([Int64]) async throws -> Void) {
        self.queue = queue
        self.settle = settle
    }

    /// All that is promised. Each is tried on a queue of its own.
    public static let checks: [ConformanceCheck<Self>] = [
        ConformanceCheck("Entries come in the order of their ids, as they were") { try await $0.order() },
        ConformanceCheck("Entries stay until they are settled") { try await $0.settling() },
        ConformanceCheck("Many at once have an id each") { try await $0.many() },
        ConformanceCheck("Whoever waits is woken") { try await $0.waiting() },
        ConformanceCheck("Whoever waits can be cancelled") { try await $0.cancelling() },
    ]

    private func append(_ body: String) async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            self.queue.append(ByteBuffer(string: body)) { continuation.resume(with: $0) }
        }
    }

    private func order() async throws {
        let bodies = ["first", "", #"{"value":[]}"#, String(repeating: "é", count: 50_000)]
        try demand(try await self.queue.entries(after: 0, limit: 10), [], "What is in a new queue")
        try demand(try await self.queue.count(), 0, "How many wait in a new queue")
        for (index, body) in bodies.enumerated() {
            try demand(try await self.append(body), Int64(index + 1), "The id of an entry")
        }
        try demand(try await self.queue.count(), bodies.count, "How many wait")
        var found: [QueuedNotification] = []
        while let entry = try await self.queue.entries(after: found.last?.id ?? 0, limit: 1).first { found.append(entry) }
        try demand(found.map(\.id), [1, 2, 3, 4], "The ids in order")
        try demand(found.map { String(buffer: $0.body) }, bodies, "What comes out")
        try demand(found.map(\.receivedAt).sorted(), found.map(\.receivedAt), "The times of receipt")
        try demand(try await self.queue.entries(after: 1, limit: 2).map(\.id), [2, 3], "A page")
        try demand(try await self.queue.entries(after: 4, limit: 2), [], "What is behind the last")
    }

    private func settling() async throws {
        for number in 1...5 { _ = try await self.append("\(number)") }
        try await self.settle([2, 3])
        try demand(try await self.queue.entries(after: 0, limit: 10).map(\.id), [1, 4, 5], "What is left")
        try demand(try await self.queue.count(), 3, "How many are left")
        try await self.settle([5, 1, 2, 4])
        try demand(try await self.queue.entries(after: 0, limit: 10), [], "What is left of all")
        try demand(try await self.append("next"), 6, "An id, which is never used twice")
    }

    private func many() async throws {
        let count = 200
        let ids = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<count { group.addTask { try await self.append("\(number)") } }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        try demand(ids.count, count, "How many ids there are")
        var found: Set<String> = []
        var last: Int64 = 0
        while true {
            let page = try await self.queue.entries(after: last, limit: 64)
            guard let end = page.last else { break }
            try demand(page.map(\.id), Array(last + 1...end.id), "The ids of a page")
            for entry in page { found.insert(String(buffer: entry.body)) }
            last = end.id
        }
        try demand(found, Set((0..<count).map(String.init)), "What comes out")
    }

    private func waiting() async throws {
        async let first: Void = self.queue.waitForEntry(after: 0)
        async let second: Void = self.queue.waitForEntry(after: 1)
        _ = try await self.append("a")
        await first
        _ = try await self.append("b")
        await second
        // What is there already is not waited for.
        await self.queue.waitForEntry(after: 1)
    }

    private func cancelling() async throws {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await self.queue.waitForEntry(after: 0) } }
            group.cancelAll()
        }
        try demand(try await self.append("a"), 1, "The id of the first entry")
    }
}
