import NIOCore
import SignalRProtocol

/// Stateful reconnect: the connection goes on over another socket.
extension HubConnection {
    /// Another socket carries the connection from now on. A socket that still looks alive is ended.
    ///
    /// - Parameters:
    ///   - transport: The other socket.
    ///   - user: Who the client is now.
    func resume(over transport: any HubTransport, user: HubUser?) {
        guard self.isOpen, self.reconnect != nil else { return self.retire(transport) }
        let previous = self.transport
        self.replace(transport, user: user)
        self.reconnect?.disconnected(until: .now())
        self.reconnect?.deadline = nil
        self.reconnect?.isResuming = true
        if let previous { self.retire(previous) }
        transport.setBinary(self.kind.isBinary)
        // Behind the answer to the upgrade, which is still to be written.
        self.eventLoop.assumeIsolated().execute {
            guard self.transport === transport, self.isOpen, let replay = self.reconnect?.reconnected() else { return }
            self.reconnect?.isResuming = false
            var records = ByteBuffer()
            self.kind.encodeSequence(sequenceID: replay.sequenceID, into: &records)
            for message in replay.messages { records.writeImmutableBuffer(message) }
            self.send(records)
            self.drained()
        }
    }

    /// Says goodbye to a socket that does not carry the connection, and sees to it that it ends.
    private func retire(_ transport: any HubTransport) {
        let eventLoop = self.eventLoop.assumeIsolated()
        eventLoop.execute { transport.close() }
        eventLoop.scheduleTask(in: .nanoseconds(self.configuration.closeTimeout.nanoseconds + 1_000_000_000)) {
            transport.tick(now: .now())
        }
    }

    /// A message has arrived that belongs to this, or that is counted.
    ///
    /// - Returns: Whether it is to be handled.
    func admits(_ message: HubMessage?) throws(HubProtocolError) -> Bool {
        guard self.reconnect != nil else { return true }
        switch message {
        case .invocation, .streamItem, .completion, .cancelInvocation: return self.reconnect!.received() == .handle
        case .ack(let sequenceID):
            for record in try self.reconnect!.acknowledged(sequenceID) { self.send(record) }
            self.drained()
            return false
        case .sequence(let sequenceID):
            try self.reconnect!.resumed(at: sequenceID)
            return false
        case .ping, .close, nil: return true
        }
    }

    /// Sends a message of its own, which the client counts.
    func send(counted record: ByteBuffer) {
        guard self.reconnect != nil else { return self.send(record) }
        if self.reconnect!.send(record) { self.send(record) }
        if self.reconnect!.heldBytes > self.configuration.outboxBytes { self.close(.slowClient) }
    }
}
