import Dispatch
import Foundation
import GraphNotifications
import GraphRelay
import NIOCore
import Synchronization

@testable import SQLiteStorage

/// A directory of its own for one test, removed with it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = NSTemporaryDirectory() + "/tidings-storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    func file(_ name: String) -> String { self.path + "/" + name }
}

/// A clock that stands still until it is told.
final class ManualTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    var now: Int64 { self.milliseconds.withLock { $0 } }

    func advance(by duration: Duration) {
        self.milliseconds.withLock { $0 += Int64(duration / .milliseconds(1)) }
    }
}

/// Runs `body` with a fresh storage.
func withStorage(
    _ configuration: SQLiteStorageConfiguration = .init(),
    _ body: (SQLiteStorage, TemporaryDirectory) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let storage = try SQLiteStorage.open(at: directory.file("tidings.db"), configuration: configuration)
    try await body(storage, directory)
    try storage.close()
}

extension GraphNotifications.NotificationQueue {
    /// Appends, and waits until it is durable.
    func append(_ body: String) async throws -> Int64 {
        try await withCheckedThrowingContinuation { continuation in
            self.append(ByteBuffer(string: body)) { continuation.resume(with: $0) }
        }
    }
}

extension SQLiteStorage {
    /// Keeps the writer busy while `body` runs, so that what `body` asks for has to wait and shares the next transaction.
    func whileWriterIsBusy(_ body: () throws -> Void) async throws {
        let gate = DispatchSemaphore(value: 0)
        let isInside = DispatchSemaphore(value: 0)
        let finished = Mutex<CheckedContinuation<Void, Never>?>(nil)
        self.committer.submit(
            .work({ _ in
                isInside.signal()
                gate.wait()
            }) { _ in finished.withLock { $0 }?.resume() }
        )
        isInside.wait()
        try body()
        await withCheckedContinuation { continuation in
            finished.withLock { $0 = continuation }
            gate.signal()
        }
    }
}

/// An update about a message, received at `time`, with a key made of `key`.
func draft(
    _ resource: String = "Users/u1/Messages/m1", key: UInt64, window: Duration = .seconds(600), at time: Int64 = 1_000_000,
    topics: [String] = ["all", "user/u1"]
) -> UpdateDraft {
    UpdateDraft(
        update: GraphUpdate(changeType: "created", resource: resource, timestamp: time, topics: topics),
        deduplicationKey: DeduplicationKey(high: 7, low: key, window: window)
    )
}

func letter(_ entryID: Int64, _ index: Int = 0, item: String = "{}") -> DeadLetter {
    DeadLetter(entryID: entryID, index: index, reason: .malformed, detail: "no resource", item: ByteBuffer(string: item))
}

/// The permissions of a file.
func mode(_ path: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
}
