import NIOCore
import SignalRProtocol

/// Calls of the client: handled in order, some at a time, by tasks that last as long as they do.
extension HubConnection {
    func handleCalls() {
        guard self.endpoint.configuration.maximumParallelInvocations <= 1 else { return self.handleCallsAtOnce() }
        guard let calls = self.calls.next() else { return }
        self.machine.dispatching()
        let caller = self.caller
        let dispatcher = self.endpoint.dispatcher
        // The event loop owns the connection, and no task waits beside it: this one lasts as long as these calls, and the
        // connection cancels it.
        self.tasks.calls = Task(executorPreference: self.loop.callExecutor) {
            var left = calls.count
            for invocation in calls where !Task.isCancelled {
                left -= 1
                if invocation.isBesideQueue {
                    caller.connection.post { [left] in $0.begin(invocation, isLast: left == 0) }
                    continue
                }
                let answer = await dispatcher.handle(invocation, for: caller)
                caller.connection.post { [left] in $0.answered(answer, isLast: left == 0) }
            }
            if left > 0 { caller.connection.post { $0.callsHandled() } }
        }
    }

    private func begin(_ invocation: InvocationMessage, isLast: Bool) {
        self.begin(invocation)
        if isLast { self.callsHandled() }
    }

    /// Begins calls in the order in which they came, as many at once as may be.
    private func handleCallsAtOnce() {
        while let (invocation, size) = self.calls.nextOne(atOnce: self.endpoint.configuration.maximumParallelInvocations) {
            if invocation.isBesideQueue {
                self.begin(invocation)
                self.calls.finishOne(size: size)
                continue
            }
            self.machine.dispatching()
            let caller = self.caller
            let dispatcher = self.endpoint.dispatcher
            self.tasks.start(for: caller.connection, on: self.loop.callExecutor) {
                let answer = await dispatcher.handle(invocation, for: caller)
                caller.connection.post { $0.answeredOne(answer, size: size) }
            }
        }
    }

    private func answeredOne(_ answer: ByteBuffer?, size: Int) {
        if let answer, self.isOpen { self.send(counted: answer) }
        self.startWork()
        self.calls.finishOne(size: size)
        self.handleCalls()
        self.afterCalls()
    }

    private func answered(_ answer: ByteBuffer?, isLast: Bool) {
        if let answer, self.isOpen { self.send(counted: answer) }
        self.startWork()
        if isLast { self.callsHandled() }
    }

    func callsHandled() {
        guard self.calls.isBusy else { return }
        self.calls.finish()
        self.tasks.calls = nil
        self.startWork()
        self.handleCalls()
        self.afterCalls()
    }

    private func afterCalls() {
        self.updateReading()
        guard !self.calls.isBusy else { return }
        if self.end.reason != nil {
            self.tellHubOfEnd()
        } else if let goodbye = self.end.goodbye {
            self.close(goodbye)
        } else if self.isReading {
            self.machine.idle(at: .now())
        }
    }

    /// Runs `work` when the current call has been answered.
    func afterReply(_ work: @escaping @Sendable () async -> Void) {
        guard self.isOpen else { return }
        self.tasks.waiting.append(work)
        if !self.calls.isBusy { self.startWork() }
    }

    func startWork() {
        guard !self.tasks.waiting.isEmpty else { return }
        self.tasks.startWaiting(for: self.caller.connection)
    }

    /// Work that was begun after a reply is done.
    func workDone(_ number: Int) {
        self.tasks.finished(number)
    }
}

extension InvocationMessage {
    /// Whether it is handled beside others: a stream, or something that brings streams.
    var isBesideQueue: Bool { self.isStreaming || !self.streamIDs.isEmpty }
}
