import NIOCore
import SignalRProtocol

/// Calls that are handled beside the queue: streams, and calls that bring streams.
extension HubConnection {
    /// Makes its streams known, so that what comes with the same bytes finds them.
    ///
    /// - Returns: Whether it is to be handled.
    func register(_ invocation: InvocationMessage) -> Bool {
        let handle = self.caller.connection
        let failure = self.streams.add(invocation, maximum: self.configuration.maximumStreams) { id in
            UploadStream(capacity: self.configuration.streamBufferCapacity) { handle.post { $0.roomMade(in: id) } }
        }
        guard let failure else { return true }
        if self.streams.count >= self.configuration.maximumStreams { self.metrics.exceeded(.streams) }
        if let invocationID = invocation.invocationID {
            var record = ByteBuffer()
            self.kind.encodeCompletion(invocationID: invocationID, error: failure, into: &record)
            self.send(counted: record)
        }
        return false
    }

    /// Its turn has come.
    func begin(_ invocation: InvocationMessage) {
        guard self.isOpen, let (number, uploads) = self.streams.begin(invocation) else { return }
        let caller = self.caller
        let dispatcher = self.dispatcher
        self.streams.began(
            number,
            // It lasts as long as the stream, and is cancelled with it or with the connection.
            Task {
                let answer = await dispatcher.handle(invocation, for: caller, uploads: uploads)
                caller.connection.post { $0.finished(number, answer) }
            }
        )
    }

    private func finished(_ number: Int, _ answer: ByteBuffer?) {
        if let answer, self.isOpen { self.send(counted: answer) }
        self.streams.finish(number)
        self.startWork()
        self.updateReading()
    }

    private func roomMade(in id: String) {
        self.streams.roomMade(in: id)
        self.updateReading()
    }
}
