import NIOCore

/// A transport with a connection of its own, on which it is the only channel handler.
protocol SocketTransport: HubTransport, ChannelDuplexHandler where InboundIn == ByteBuffer, OutboundOut == ByteBuffer {
    var connection: any HubTransportOwner { get }
    var context: ChannelHandlerContext? { get }
    var outbox: Outbox { get set }
    var socket: DirectSocket { get set }
    var sendWatch: SendWatch { get set }

    /// Writes the answer to the request that it begins with; the pipeline holds nothing else any more.
    ///
    /// - Parameter isPlain: Whether bytes may go to the socket itself: nothing between here and there changes them.
    func begin(response: ByteBuffer, isPlain: Bool)
    /// The channel has written what it was handed over, and more may have been written since.
    func handedOverWritten()
}

extension SocketTransport {
    var outstanding: Int { self.outbox.outstanding }

    var closeFuture: EventLoopFuture<Void> { self.context!.channel.closeFuture }

    /// Carries the connection, behind the answer to the request.
    func carry(behind response: ByteBuffer, isPlain: Bool) {
        guard let context = self.context else { return }
        if isPlain { self.socket = DirectSocket(of: context.channel) }
        self.connection.begin(over: self)
        // Behind what the channel still has to write of earlier answers.
        self.outbox.handOver(response.readableBytes)
        self.handOver(response)
    }

    func flush() {
        self.act(on: self.outbox.flush(to: self.socket))
    }

    func discardWaiting() {
        self.outbox.discardWaiting()
    }

    /// Time has passed: a client that takes nothing of what waits for it is cut off.
    func watchSending(now: LoopInstant) {
        guard self.sendWatch.isStuck(waiting: self.unwritten, now: now) else { return }
        self.connection.stuck()
        // A goodbye would be stuck as well.
        self.context?.close(promise: nil)
    }

    /// How many bytes the socket was given and has not taken. Where a channel does not say so, it is the same until all has left.
    private var unwritten: Int {
        guard self.outbox.isHandedOver else { return 0 }
        return (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 1
    }

    func act(on action: Outbox.Action) {
        switch action {
        case .nothing: break
        case .handOver(let bytes): self.handOver(bytes)
        case .overflow: self.connection.close(.slowClient)
        case .lost: self.context?.close(promise: nil)
        }
    }

    private func handOver(_ bytes: ByteBuffer) {
        guard let context = self.context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { result in
            // Where it failed the socket is gone, and its number may be another's.
            if case .success = result { self.written() } else { self.socket = .none }
        }
        context.writeAndFlush(self.wrapOutboundOut(bytes), promise: promise)
    }

    private func written() {
        self.outbox.written()
        self.sendWatch.written()
        self.flush()
        self.handedOverWritten()
    }
}
