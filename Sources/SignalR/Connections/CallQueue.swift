import SignalRProtocol

/// The calls of one client that wait, handled in order, some at a time, decided without a task.
struct CallQueue {
    private var waiting: [(call: InvocationMessage, size: Int)] = []
    private var waitingSize = 0
    private var handledSize = 0
    /// Whether the hub is being told of the connection, or a batch is being handled: all others wait.
    private var isTaken = false
    /// How many calls are being handled that were taken one by one.
    private var running = 0

    /// Whether calls are being handled, or the hub is being told of the connection.
    var isBusy: Bool { self.isTaken || self.running > 0 }

    /// The size of all calls that wait or are being handled, in bytes.
    var size: Int { self.waitingSize + self.handledSize }

    mutating func append(_ call: InvocationMessage, size: Int) {
        self.waiting.append((call, size))
        self.waitingSize += size
    }

    /// Others wait until `finish`.
    mutating func begin() {
        self.isTaken = true
    }

    /// Everything that waits, to be handled now; `nil` if there is nothing, or it is not time yet.
    mutating func next() -> [InvocationMessage]? {
        guard !self.isBusy, !self.waiting.isEmpty else { return nil }
        self.isTaken = true
        self.handledSize = self.waitingSize
        self.waitingSize = 0
        defer { self.waiting = [] }
        return self.waiting.map(\.call)
    }

    /// The first that waits, to be handled beside others; `nil` if there is nothing, or `limit` are being handled.
    mutating func nextOne(atOnce limit: Int) -> (call: InvocationMessage, size: Int)? {
        guard !self.isTaken, self.running < limit, !self.waiting.isEmpty else { return nil }
        let first = self.waiting.removeFirst()
        self.running += 1
        self.waitingSize -= first.size
        self.handledSize += first.size
        return first
    }

    /// One that was taken by itself is done.
    mutating func finishOne(size: Int) {
        self.running -= 1
        self.handledSize -= size
    }

    /// What was being handled is done.
    mutating func finish() {
        self.isTaken = false
        self.handledSize = 0
    }

    /// Forgets what waits.
    mutating func clear() {
        self.waiting = []
        self.waitingSize = 0
    }
}
