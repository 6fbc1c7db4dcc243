import NIOCore
import SignalRProtocol
import Synchronization

/// What arrives.
extension ClientCore {
    /// What a record was.
    enum Received {
        /// The answer to the handshake. What follows is of the protocol.
        case handshake
        case message
    }

    /// A record arrived.
    ///
    /// - Throws: ``HubProtocolError`` if it cannot be read; the connection cannot go on.
    func received(_ record: ByteBuffer) throws(HubProtocolError) -> Received {
        if self.state.withLock({ $0.life.isShakingHands }) {
            self.receivedHandshake(record)
            return .handshake
        }
        let message = try self.kind.decode(record)
        let error = try self.state.withLock { state throws(HubProtocolError) -> SignalRClientError? in
            let now = self.now()
            guard try self.admits(message, size: record.readableBytes, &state, now) else { return nil }
            state.life.heard(at: now)
            switch message {
            case .invocation(let message):
                state.backlog.add(record.readableBytes)
                self.work.put(.call(message, size: record.readableBytes, session: state.session))
            case .streamItem(let id, let item):
                guard let stream = state.calls.stream(id)?.waiter else { return nil }
                state.backlog.add(item.readableBytes)
                stream.put(item)
            case .completion(let message): Self.complete(message, &state.calls)
            case .close(let message): state.life.dismissed(Self.error(for: message), at: now)
            case .cancelInvocation, .ping, .ack, .sequence, nil: return nil
            }
            guard state.backlog.isOverflowing else { return nil }
            return SignalRClientError(.overloaded, "What the server sent was not handled fast enough.")
        }
        if let error { self.failed(error) }
        return .message
    }

    /// A message has arrived: is it to be handled?
    ///
    /// - Throws: ``HubProtocolError`` if the two sides do not agree on what has been sent; the connection cannot go on.
    private func admits(
        _ message: HubMessage?, size: Int, _ state: inout State, _ now: Instant
    ) throws(HubProtocolError) -> Bool {
        if case .close = message { return state.life.isOpen || state.life.isResuming }
        guard state.link != nil else { return state.life.isOpen }
        if case .sequence(let sequenceID) = message {
            try state.link!.resumed(at: sequenceID)
            state.life.resumed(at: now)
        }
        // Before the server has said where it goes on, nothing can be counted.
        guard state.life.isOpen else { return false }
        switch message {
        case .invocation, .streamItem, .completion, .cancelInvocation:
            let isNew = state.link!.received(size) == .handle
            if isNew { state.life.progressed() } else { state.life.heard(at: now) }
            if state.link!.isAcknowledgementDue { self.acknowledge(&state) }
            return isNew
        case .ack(let sequenceID):
            for record in try state.link!.acknowledged(sequenceID) { state.socket?.post(record) }
            state.life.progressed()
            return true
        case .sequence, .ping, .close, nil: return true
        }
    }

    /// Tells the server what has arrived, where it wants to know.
    func acknowledge(_ state: inout State) {
        guard let sequenceID = state.link?.acknowledgement() else { return }
        var record = ByteBuffer()
        self.kind.encodeAck(sequenceID: sequenceID, into: &record)
        state.socket?.post(record)
    }

    private func receivedHandshake(_ record: ByteBuffer) {
        do throws(SignalRClientError) {
            if let refusal = try HubProtocolKind.refusal(in: record) {
                throw SignalRClientError(.handshakeRefused, "The server refused the handshake: \(refusal)")
            }
        } catch {
            return self.failed(error)
        }
        self.state.withLock { state in
            let place = state.place.flatMap { $0.isStateful ? $0 : nil }
            guard let isReconnect = state.life.accepted(at: self.now(), isStateful: place != nil) else { return }
            state.link = place.map { StatefulLink(place: $0, limit: self.configuration.reconnectBufferBytes) }
            state.session += 1
            // The first ping arms the server's clock.
            var ping = ByteBuffer()
            self.kind.encodePing(into: &ping)
            state.socket?.offer(ping)
            self.work.put(.connected(isReconnect: isReconnect, session: state.session))
        }
    }

    private static func complete(_ message: CompletionMessage, _ calls: inout Calls) {
        let error = message.error.map { SignalRClientError(.invocationFailed, $0) }
        let uploads: [Upload]
        switch calls.answered(message.invocationID) {
        case .call(let call):
            uploads = call.uploads
            call.waiter.settle(error.map { .failure($0) } ?? .success(message.result))
        case .stream(let stream):
            uploads = stream.uploads
            stream.waiter.finish(error.map { .failure($0) } ?? .success(()))
        case .upload, .nobody: return
        }
        for upload in uploads {
            calls.end(upload.id)
            upload.stop(.dropped(nil))
        }
    }

    private static func error(for message: CloseMessage) -> SignalRClientError {
        let reason = message.error.map { "The server closed the connection: \($0)" } ?? "The server closed the connection."
        return SignalRClientError(.closed, reason, allowReconnect: message.allowReconnect)
    }

    /// How many calls and streams are under way.
    var pendingCount: Int { self.state.withLock { $0.calls.count } }

    /// How many bytes wait to be handled.
    var backlogBytes: Int { self.state.withLock { $0.backlog.bytes } }

    /// Waits until more may be read.
    func waitForRoom() async {
        var isPaused = false
        while true {
            let mayRead = self.state.withLock { state in
                guard state.life.isOpen else { return true }
                let mayRead = state.backlog.mayRead(callsWaiting: state.calls.callCount > 0)
                if !mayRead {
                    state.life.pausedReading()
                } else if isPaused {
                    state.life.resumedReading(at: self.now())
                }
                return mayRead
            }
            if mayRead || Task.isCancelled { return }
            isPaused = true
            await self.gate.wait()
        }
    }

    /// Something that had waited was taken.
    func consumed(_ size: Int) {
        self.state.withLock { $0.backlog.remove(size) }
        self.gate.ring()
    }
}
