import Foundation
import GRDB
import GraphRelay
import NIOCore
import Testing

@testable import SQLiteStorage

@Suite struct ContentSealTests {
    private static let secret = "the subject of a message"

    private func draft(_ content: String?, key: UInt64) -> UpdateDraft {
        UpdateDraft(
            update: GraphUpdate(
                changeType: "created", resource: "r", timestamp: 1, topics: ["all"],
                data: content.map { ByteBuffer(string: #"{"subject":"\#($0)"}"#) }
            ),
            deduplicationKey: DeduplicationKey(high: key, low: 0, window: .zero)
        )
    }

    /// Nothing in memory, so that everything is read from the file.
    private let configuration = SQLiteStorageConfiguration(recentBytes: 0)

    @Test func contentIsNotInTheFileButComesBack() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        var storage = try SQLiteStorage.open(at: path, configuration: self.configuration)
        _ = try await storage.log.append(RelayOutcome(drafts: [self.draft(Self.secret, key: 1), self.draft(nil, key: 2)]))
        let before = try await storage.log.updates(after: 0, limit: 10)
        #expect(String(buffer: before[0].json).contains(#""data":{"subject":"\#(Self.secret)"}"#))
        #expect(!String(buffer: before[1].json).contains("data"))
        try storage.close()

        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.file(file)))
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil, "\(file)")
        }
        #expect(try mode(path + ".key") == 0o600)

        storage = try SQLiteStorage.open(at: path, configuration: self.configuration)
        #expect(try await storage.log.updates(after: 0, limit: 10) == before)
        try storage.close()
    }

    @Test func aSealedUpdateOpensInItsPlaceOnly() async throws {
        try await withStorage(self.configuration) { storage, _ in
            _ = try await storage.log.append(RelayOutcome(drafts: [self.draft("a", key: 1), self.draft("b", key: 2)]))
            try await storage.pool.write { db in
                try db.execute(sql: #"UPDATE update_log SET "offset" = 3 WHERE "offset" = 1"#)
            }
            await #expect(throws: RelayError.self) { try await storage.log.updates(after: 1, limit: 5) }
        }
    }

    @Test func withoutItsKeyAFileWithContentIsNotOpened() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("tidings.db")
        let storage = try SQLiteStorage.open(at: path)
        _ = try await storage.log.append(RelayOutcome(drafts: [self.draft(Self.secret, key: 1)]))
        try storage.close()

        try FileManager.default.moveItem(atPath: path + ".key", toPath: path + ".away")
        let missing = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(missing?.description.contains("tidings.db.key is missing") == true)

        try Data("short".utf8).write(to: URL(fileURLWithPath: path + ".key"))
        let short = #expect(throws: StorageError.self) { try SQLiteStorage.open(at: path) }
        #expect(short?.description.contains("is not a key") == true)

        try FileManager.default.removeItem(atPath: path + ".key")
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path + ".key")
        try SQLiteStorage.open(at: path).close()
    }
}
