/// What waits for the writer: decided here, done by `GroupCommitter`.
///
/// While the writer is busy, operations gather; when it comes back it takes all of them, up to a limit, and they share
/// one transaction.
struct PendingWrites<Operation> {
    enum Admission: Equatable {
        /// It waits; the writer is at work and will come by.
        case waits
        /// It waits, and somebody must wake the writer.
        case wake
        /// There is no room for it.
        case full
        /// Nothing is written any more.
        case closed
    }

    private var operations: [(operation: Operation, cost: Int)] = []
    private var bytes = 0
    private var isDraining = false
    private var isClosed = false
    let maximumBytes: Int
    let maximumBatchOperations: Int
    let maximumBatchBytes: Int

    init(maximumBytes: Int, maximumBatchOperations: Int, maximumBatchBytes: Int) {
        self.maximumBytes = maximumBytes
        self.maximumBatchOperations = maximumBatchOperations
        self.maximumBatchBytes = maximumBatchBytes
    }

    /// Adds an operation.
    ///
    /// - Parameter isRefusable: Whether it may find the list full. What settles entries must get through, or a full
    ///   queue would stay full; there are few of those at a time.
    mutating func add(_ operation: Operation, cost: Int, isRefusable: Bool) -> Admission {
        if self.isClosed { return .closed }
        // A single body that is larger than everything allowed together gets its chance when nothing else waits.
        if isRefusable, self.bytes > 0, self.bytes + cost > self.maximumBytes { return .full }
        self.operations.append((operation, cost))
        self.bytes += cost
        if self.isDraining { return .waits }
        self.isDraining = true
        return .wake
    }

    /// The next transaction's operations; `nil` when there are none, and the writer sleeps from then on.
    mutating func takeBatch() -> [Operation]? {
        guard !self.operations.isEmpty else {
            self.isDraining = false
            return nil
        }
        var count = 0
        var batchBytes = 0
        while count < self.operations.count, count < self.maximumBatchOperations {
            let cost = self.operations[count].cost
            if count > 0, batchBytes + cost > self.maximumBatchBytes { break }
            batchBytes += cost
            count += 1
        }
        self.bytes -= batchBytes
        if count == self.operations.count {
            defer { self.operations.removeAll(keepingCapacity: count <= 256) }
            return self.operations.map(\.operation)
        }
        defer { self.operations.removeFirst(count) }
        return self.operations[..<count].map(\.operation)
    }

    /// Takes nothing more.
    mutating func close() {
        self.isClosed = true
    }
}
