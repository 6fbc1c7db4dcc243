import NIOCore

extension EventLoopFuture where Value == Void {
    /// Waits until all have completed, however, or the task is cancelled.
    static func allEnded(_ futures: [EventLoopFuture<Void>]) async {
        guard let eventLoop = futures.first?.eventLoop else { return }
        let (ends, continuation) = AsyncStream<Never>.makeStream()
        EventLoopFuture.andAllComplete(futures, on: eventLoop).whenComplete { _ in continuation.finish() }
        for await _ in ends {}
    }
}
