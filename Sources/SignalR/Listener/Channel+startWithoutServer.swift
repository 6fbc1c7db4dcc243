import NIOCore

extension Channel {
    /// Starts an accepted connection as its server would, which then need not hear of it.
    ///
    /// A server that hears of it hands it on to a task: a wake-up of another thread, a child of a task group and its end, for
    /// a connection that needs none of it. That is a fifth of what it costs to accept one.
    ///
    /// - Returns: Whether it can be done; if not, nothing has happened.
    func startWithoutServer() -> Bool {
        // Others than the sockets of NIOPosix have ways of their own to start.
        guard self._channelCore is any NIOTransportAccessibleChannelCore else { return false }
        let started = self.eventLoop.makePromise(of: Void.self)
        started.futureResult.whenFailure { _ in self.close(promise: nil) }
        self._channelCore.registerAlreadyConfigured0(promise: started)
        return true
    }
}
