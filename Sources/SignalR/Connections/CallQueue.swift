import SignalRProtocol

/// The calls of one client that wait, handled in order, some at a time, decided without a task.
struct CallQueue {
    private var waiting: [InvocationMessage] = []
    private var waitingSize = 0
    private var handledSize = 0
    /// Whether calls are being handled, or the hub is being told of the connection: others wait.
    private(set) var isBusy = false

    /// The size of all calls that wait or are being handled, in bytes.
    var size: Int { self.waitingSize + self.handledSize }

    mutating func append(_ call: InvocationMessage, size: Int) {
        self.waiting.append(call)
        self.waitingSize += size
    }

    /// Others wait until `finish`.
    mutating func begin() {
        self.isBusy = true
    }

    /// Everything that waits, to be handled now; `nil` if there is nothing, or it is not time yet.
    mutating func next() -> [InvocationMessage]? {
        guard !self.isBusy, !self.waiting.isEmpty else { return nil }
        self.isBusy = true
        self.handledSize = self.waitingSize
        self.waitingSize = 0
        defer { self.waiting = [] }
        return self.waiting
    }

    /// What was being handled is done.
    mutating func finish() {
        self.isBusy = false
        self.handledSize = 0
    }

    /// Forgets what waits.
    mutating func clear() {
        self.waiting = []
        self.waitingSize = 0
    }
}
