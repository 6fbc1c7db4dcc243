import Logging
import NIOCore
import SignalRProtocol

/// The ways in which a connection ends, and what is still to be done then.
extension HubConnection {
    /// The server goes away: ends it now, or at its place in the time that this may take.
    func shutDown() {
        let window = self.endpoint.configuration.drainWindow
        if window > .zero { self.loop.drain(self, .serverShuttingDown, over: window) } else { self.close(.serverShuttingDown) }
    }

    /// Ends the connection and tells the client why.
    func close(_ reason: CloseReason) {
        switch self.machine.closed() {
        case .sendCloseAndEnd:
            if reason == .slowClient { self.transport?.discardWaiting() }
            var record = ByteBuffer()
            // Whoever leaves knows why.
            self.kind.encodeClose((reason == self.end.goodbye ? CloseReason.normal : reason).message, into: &record)
            self.send(record)
        case .endOnly: break
        case .nothing: return
        }
        self.transport?.close()
        self.ended(reason, handlesRest: self.end.goodbye != nil)
    }

    /// - Parameter handlesRest: Whether calls that have arrived are still handled: the client left, having said all this.
    private func ended(_ reason: CloseReason, handlesRest: Bool) {
        let closeTimeout = self.endpoint.configuration.closeTimeout
        self.end.ended(reason, deadline: handlesRest ? LoopInstant.now().advanced(by: closeTimeout) : nil)
        if let token = self.resumptionToken { self.endpoint.endResumption(token) }
        if self.reconnect?.deadline != nil {
            // There is no transport that would say that it has ended.
            self.reconnect?.deadline = nil
            self.endpoint.lifetime.release()
        }
        self.loop.remove(self)
        self.stagedEnd = 0
        if let kind = self.end.countedKind { self.endpoint.lifetime.ended(reason, over: kind) }
        self.tasks.cancelWork()
        self.streams.cancelAll()
        self.failAsked()
        if !handlesRest {
            self.calls.clear()
            self.tasks.cancelCalls()
        }
        for send in self.blockedSends { send.completion(false) }
        self.blockedSends = []
        self.endpoint.logger.debug(
            "A connection has ended",
            metadata: [.hub: "\(self.endpoint.name)", .connectionID: "\(self.id)", .reason: "\(reason.name)"]
        )
        if !self.calls.isBusy { self.tellHubOfEnd() }
    }

    func tellHubOfEnd() {
        if self.transport == nil { self.loop.forget(self) }
        self.end.restDone()
        guard self.end.isKnownToHub, let reason = self.end.reason else { return }
        self.end.isKnownToHub = false
        guard self.endpoint.hasDisconnectHandlers else { return }
        let caller = self.caller
        let dispatcher = self.endpoint.dispatcher
        Task { await dispatcher.disconnected(caller, reason) }
    }

    /// The handshake was refused.
    func refuse(_ refusal: Handshake.Refusal) {
        guard self.machine.closed() == .endOnly else { return }
        self.send(refusal.response)
        self.transport?.close()
        self.ended(refusal == .canceled ? .handshakeTimedOut : .protocolError(), handlesRest: false)
    }

    /// The transport has lost or ended the connection; it carries nothing any more, but a goodbye.
    func transportEnding(_ reason: CloseReason) {
        switch self.machine.closed() {
        case .sendCloseAndEnd, .endOnly:
            let isClients = reason == .normal || reason == .connectionLost
            self.ended(isClients && self.splitter.isMidMessage ? .messageCutOff : reason, handlesRest: isClients)
        case .nothing: break
        }
    }

    /// The client takes nothing of what waits for it, and the transport is about to cut it off.
    func stuck() {
        self.metrics.exceeded(.sendTime)
        // Whoever may come back is without a socket only for a while.
        if self.reconnect == nil { self.transportEnding(.sendTimedOut) }
    }

    /// Nothing is left of the transport.
    func transportEnded() {
        if self.isOpen, self.reconnect != nil, self.end.goodbye == nil {
            // Its client may come back.
            self.transport = nil
            self.splitter.reset()
            self.reconnect?.disconnected(until: LoopInstant.now().advanced(by: self.configuration.reconnectTimeout))
            return
        }
        self.transportEnding(.connectionLost)
        self.transport = nil
        self.endpoint.lifetime.release()
        if let token = self.token, self.resumptionToken == nil { self.endpoint.forget(token) }
        if !self.calls.isBusy { self.loop.forget(self) }
    }
}
