import NIOCore
import SignalRProtocol

/// Calls of the client that it answers.
extension HubConnection {
    /// Sends a call when there is room, and gives it up in time.
    func ask(_ id: String, _ record: ByteBuffer, timeout: Duration, method: String) {
        let results = self.results
        let connectionID = self.id
        guard self.isOpen else { return results.fail(id, ClientResultError.disconnected(connectionID)) }
        let handle = self.caller.connection
        self.asked[id] = self.eventLoop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {
            results.fail(id, ClientResultError.timedOut(method))
            handle.post { $0.forgetAsked(id) }
        }
        self.updateReading()
        self.send(record) { if !$0 { results.fail(id, ClientResultError.disconnected(connectionID)) } }
    }

    private func forgetAsked(_ id: String) {
        self.asked[id] = nil
        self.updateReading()
    }

    /// The client has answered something: a call, or nothing that is known any more.
    func answered(_ completion: CompletionMessage) throws(HubProtocolError) {
        if let timer = self.asked.removeValue(forKey: completion.invocationID) {
            timer.cancel()
            self.updateReading()
        }
        guard self.results.complete(completion, from: self.id) else {
            throw HubProtocolError(
                .invalidMessage,
                "Connection ID '\(self.id)' is not valid for invocation ID '\(completion.invocationID)'."
            )
        }
    }

    /// Nothing will be answered any more.
    func failAsked() {
        for (id, timer) in self.asked {
            timer.cancel()
            self.results.fail(id, ClientResultError.disconnected(self.id))
        }
        self.asked = [:]
    }
}
