/// The tasks of one connection, which end with it.
struct ConnectionTasks {
    /// The task that handles calls.
    var calls: Task<Void, Never>?
    /// What is to be run after the answer to the current call.
    var waiting: [@Sendable () async -> Void] = []
    private var running: [Int: Task<Void, Never>] = [:]
    private var count = 0

    /// Starts what waits.
    mutating func startWaiting(for connection: HubConnectionHandle) {
        for work in self.waiting { self.start(for: connection, work) }
        self.waiting = []
    }

    /// Starts something.
    mutating func start(
        for connection: HubConnectionHandle, on executor: CallExecutor? = nil, _ work: @escaping @Sendable () async -> Void
    ) {
        self.count += 1
        let number = self.count
        self.running[number] = Task(executorPreference: executor) {
            await work()
            connection.post { $0.workDone(number) }
        }
    }

    /// Something that was started is done.
    mutating func finished(_ number: Int) {
        self.running[number] = nil
    }

    func cancelCalls() {
        self.calls?.cancel()
    }

    mutating func cancelWork() {
        self.waiting = []
        for task in self.running.values { task.cancel() }
        self.running = [:]
    }
}
