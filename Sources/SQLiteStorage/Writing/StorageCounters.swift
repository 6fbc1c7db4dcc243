/// Where the queue and the log begin and end. Changed within a transaction, and taken back with it.
struct StorageCounters: Sendable, Equatable {
    /// The id of the newest entry that ever was in the queue.
    var queueLatest: Int64 = 0
    /// How many entries wait.
    var queueCount = 0
    /// The size of all bodies that wait.
    var queueBytes: Int64 = 0
    /// The offset of the oldest update held.
    var logOldest: Int64 = 1
    /// The offset of the newest update that ever was in the log.
    var logLatest: Int64 = 0
    /// The size of all updates held.
    var logBytes: Int64 = 0
}
