import GRDB
import GraphNotifications
import GraphRelay
import Testing

@testable import SQLiteStorage

@Suite struct StorageErrorTests {
    @Test(arguments: [
        (ResultCode.SQLITE_NOTADB, StorageError.Code.notADatabase), (.SQLITE_CORRUPT, .notADatabase),
        (.SQLITE_CANTOPEN, .inaccessible), (.SQLITE_READONLY, .inaccessible), (.SQLITE_FULL, .full), (.SQLITE_BUSY, .inUse),
        (.SQLITE_IOERR, .failed),
    ])
    func whatAFailedOpeningMeans(result: ResultCode, code: StorageError.Code) {
        let cause = DatabaseError(resultCode: result, message: "secret", sql: "SELECT 'secret'")
        let error = StorageError(opening: "/data/t.db", cause)
        #expect(error.code == code)
        #expect(error.description.contains("/data/t.db") && !error.description.contains("secret"))
    }

    @Test func whatTheStoreCannotDoNowMayWorkLater() {
        for result in [ResultCode.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_BUSY] {
            let error = StorageError(during: "write to", DatabaseError(resultCode: result, message: "secret"))
            #expect(error.forRelay.code == .storageFailed && error.forRelay.isRetryable)
            #expect(error.forGraph.code == .storageFailed && error.forGraph.isRetryable)
            #expect(!error.description.contains("secret"))
        }
    }

    @Test func whatIsWrongInItselfWillNotWorkLater() {
        let error = StorageError(refusing: DatabaseError(resultCode: .SQLITE_TOOBIG, message: "secret"))
        #expect(error.code == .refused)
        #expect(error.forRelay.code == .refused && !error.forRelay.isRetryable)
        #expect(!error.description.contains("secret"))
        let topic = StorageError(refusing: StorageError(.failed, "A topic with a line break in it cannot be stored."))
        #expect(topic.code == .refused && topic.description.contains("line break"))
    }

    @Test func anErrorOfOursStaysWhatItIs() {
        let ours = StorageError(.newerSchema, "Too new.")
        #expect(StorageError(opening: "/x", ours).code == .newerSchema)
        #expect(StorageError(during: "read from", ours).description == "Too new.")
    }
}
