import NIOCore
import ServiceLifecycle

/// The deliveries that are remembered, and each that begins or changes from then on, as the bytes of a `text/event-stream`.
///
/// Nothing runs ahead of whoever takes the bytes: who is slow gets the latest of each delivery, and not all that came between.
struct DeliveryEvents: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = Never

    /// How long nothing may be said, in real time.
    static let keepAlive = Duration.seconds(15)

    let state: EmulatorState
    let filter: DeliveryFilter
    /// The last id that was seen; 0 for none.
    let after: Int

    func makeAsyncIterator() -> Iterator { Iterator(events: self, revision: self.after) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: DeliveryEvents
        fileprivate var revision: Int
        private var hasBegun = false

        fileprivate init(events: DeliveryEvents, revision: Int) {
            self.events = events
            self.revision = revision
        }

        mutating func next() async -> ByteBuffer? {
            let signal = self.events.state.logged
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                let count = signal.count
                let chunk = self.read()
                if chunk.readableBytes > 0 { return chunk }
                guard self.hasBegun else {
                    // Whoever waits for the head of the answer need not wait for the first delivery.
                    self.hasBegun = true
                    return ByteBuffer(string: ":\n\n")
                }
                guard await Self.wait(for: signal, after: count) else { return ByteBuffer(string: ":\n\n") }
            }
            return nil
        }

        private mutating func read() -> ByteBuffer {
            let (records, revision, first) = self.events.state.read { [self] graph, _ in
                let log = graph.deliveries.log
                let seen = self.revision < log.firstRevision || self.revision > log.revision ? 0 : self.revision
                return (log.records(changedAfter: seen), log.revision, log.firstRevision)
            }
            var chunk = ByteBuffer()
            // Those that were seen are no more.
            if self.revision != 0, self.revision < first || self.revision > revision {
                chunk.writeString("id: \(revision)\nevent: reset\ndata: {}\n\n")
            }
            for record in records where self.events.filter.matches(record) {
                chunk.writeString("id: \(revision)\nevent: delivery\ndata: ")
                chunk.writeImmutableBuffer(record.json.bytes)
                chunk.writeStaticString("\n\n")
            }
            if chunk.readableBytes > 0 { self.hasBegun = true }
            self.revision = revision
            return chunk
        }

        /// - Returns: Whether something may have changed; otherwise it is time to say that one is still there.
        private static func wait(for signal: ChangeSignal, after count: Int) async -> Bool {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await signal.wait(after: count)
                    return true
                }
                group.addTask {
                    try? await Task.sleep(for: DeliveryEvents.keepAlive)
                    return false
                }
                group.addTask {
                    try? await gracefulShutdown()
                    return true
                }
                let hasChanged = await group.next() ?? true
                group.cancelAll()
                return hasChanged
            }
        }
    }
}
