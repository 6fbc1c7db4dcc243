import NIOCore

/// The HTTP connections of one event loop: one clock for all of them, and the way back to them. Used on that event loop only.
///
/// A timer for each would cost an allocation and a search each time one ends.
final class FrontLoop {
    let mailbox: LoopMailbox<FrontReply>
    private let interval: TimeAmount
    private var handlers: ContiguousArray<FrontHandler> = []
    private var ticker: RepeatedTask?

    /// - Parameters:
    ///   - eventLoop: Where the connections live.
    ///   - interval: How often they look at their clocks.
    init(eventLoop: any EventLoop, interval: TimeAmount) {
        self.mailbox = LoopMailbox(eventLoop: eventLoop) { replies in
            for reply in replies { reply.handler.value.deliver(reply) }
        }
        self.interval = interval
    }

    /// How many there are.
    var count: Int { self.handlers.count }

    /// Completed when nothing is left of the connections that there are.
    var ends: [EventLoopFuture<Void>] { self.handlers.compactMap(\.closeFuture) }

    /// Whether the clock runs: as long as there are connections, and until the next tick behind them.
    var isTicking: Bool { self.ticker != nil }

    /// A connection has begun.
    func add(_ handler: FrontHandler) {
        handler.loopIndex = self.handlers.count
        self.handlers.append(handler)
        guard self.ticker == nil else { return }
        let loop = NIOLoopBound(self, eventLoop: self.mailbox.eventLoop)
        self.ticker = self.mailbox.eventLoop.scheduleRepeatedTask(initialDelay: self.interval, delay: self.interval) { _ in
            loop.value.tick(now: .now())
        }
    }

    /// A connection is a WebSocket now, or gone.
    func remove(_ handler: FrontHandler) {
        let index = handler.loopIndex
        guard index >= 0 else { return }
        handler.loopIndex = -1
        let last = self.handlers.removeLast()
        guard index < self.handlers.count else { return }
        self.handlers[index] = last
        last.loopIndex = index
    }

    func tick(now: NIODeadline) {
        if self.handlers.isEmpty {
            self.ticker?.cancel()
            self.ticker = nil
        }
        // This goes through a copy: some end while they look, and leave the array.
        for handler in self.handlers { handler.tick(now: now) }
    }
}
