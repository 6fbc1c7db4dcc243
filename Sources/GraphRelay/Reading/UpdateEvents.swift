import NIOCore
import ServiceLifecycle

/// A part of the log and what is appended to it, as the bytes of a `text/event-stream`.
///
/// Nothing runs ahead of whoever takes the bytes: each element is one page of the log at most.
struct UpdateEvents<C: Clock>: AsyncSequence, Sendable where C.Duration == Duration {
    typealias Element = ByteBuffer
    typealias Failure = Never

    /// How long nothing may be said.
    static var keepAlive: Duration { .seconds(15) }

    let log: any UpdateLog
    let topics: Set<String>
    let after: Cursor?
    let configuration: TopicHubConfiguration
    let clock: C

    func makeAsyncIterator() -> Iterator { Iterator(events: self) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let events: UpdateEvents
        /// Everything up to here was sent or is not wanted; `nil` before the first element.
        private var position: Int64?

        fileprivate init(events: UpdateEvents) {
            self.events = events
        }

        mutating func next() async -> ByteBuffer? {
            let deadline = self.events.clock.now.advanced(by: UpdateEvents.keepAlive)
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                do throws(RelayError) {
                    if let chunk = try await self.read() { return chunk }
                    await self.wait(until: deadline, forLog: true)
                } catch {
                    let retry = self.events.clock.now.advanced(by: self.events.configuration.retryDelay)
                    await self.wait(until: Swift.min(retry, deadline), forLog: false)
                }
                if self.events.clock.now >= deadline { return self.comment() }
            }
            return nil
        }

        /// The next bytes; `nil` if there are none now.
        private mutating func read() async throws(RelayError) -> ByteBuffer? {
            guard var position = self.position else { return try await self.begin() }
            var chunk = ByteBuffer()
            while chunk.readableBytes == 0, !Task.isCancelled {
                let page = try await self.events.log.updates(
                    after: position, limit: self.events.configuration.pageSize
                )
                guard let first = page.first else { return try await self.gapAtEnd(after: position) }
                if first.offset > position + 1 { return self.gap(before: first.offset) }
                for update in page {
                    if update.topics.contains(where: { self.events.topics.contains($0) }) {
                        let size = chunk.readableBytes + update.json.readableBytes
                        guard chunk.readableBytes == 0 || size <= self.events.configuration.pageBytes else { break }
                        chunk.writeEvent("graphUpdate", data: update.json, id: self.cursor(update.offset))
                    }
                    position = update.offset
                }
                self.position = position
            }
            return chunk.readableBytes > 0 ? chunk : nil
        }

        /// Says where the stream begins, so that who reconnects before the first update misses nothing.
        private mutating func begin() async throws(RelayError) -> ByteBuffer {
            let bounds = try await self.events.log.bounds()
            var chunk = ByteBuffer()
            if let after = self.events.after {
                if after.epoch == self.events.log.epoch, bounds.reaches(backTo: after.offset) {
                    self.position = after.offset
                    chunk.writeID(after)
                } else {
                    self.position = bounds.latest
                    let reason = "The log does not hold what came after this cursor."
                    chunk.writeGap(self.notice(oldest: bounds.oldest, reason), id: self.cursor(bounds.latest))
                }
            } else {
                self.position = bounds.latest
                chunk.writeID(self.cursor(bounds.latest))
            }
            return chunk
        }

        /// The end of the log, unless everything behind `position` went out of it.
        private mutating func gapAtEnd(after position: Int64) async throws(RelayError) -> ByteBuffer? {
            let bounds = try await self.events.log.bounds()
            return bounds.oldest > position + 1 ? self.gap(before: bounds.oldest) : nil
        }

        private mutating func gap(before oldest: Int64) -> ByteBuffer {
            self.position = oldest - 1
            var chunk = ByteBuffer()
            let reason = "Updates went out of the log before they could be sent."
            chunk.writeGap(self.notice(oldest: oldest, reason), id: self.cursor(oldest - 1))
            return chunk
        }

        private func notice(oldest: Int64, _ reason: String) -> GapNotice {
            GapNotice(topics: self.events.topics.sorted(), oldest: self.cursor(oldest - 1), reason: reason)
        }

        /// A comment, and where to come back: further on than the last update if what came since was not wanted.
        private func comment() -> ByteBuffer {
            var chunk = ByteBuffer()
            chunk.writeStaticString(":\n")
            if let position = self.position { chunk.writeID(self.cursor(position)) } else { chunk.writeStaticString("\n") }
            return chunk
        }

        private func cursor(_ offset: Int64) -> Cursor { Cursor(epoch: self.events.log.epoch, offset: offset) }

        private func wait(until deadline: C.Instant, forLog waitsForLog: Bool) async {
            let log = waitsForLog ? self.events.log : nil
            let position = self.position ?? 0
            let clock = self.events.clock
            await withTaskGroup { group in
                if let log { group.addTask { await log.waitForUpdate(after: position) } }
                group.addTask { try? await clock.sleep(until: deadline, tolerance: nil) }
                group.addTask { try? await gracefulShutdown() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}

extension ByteBuffer {
    /// Appends an event. `data` is one line, as JSON without line breaks is.
    fileprivate mutating func writeEvent(_ name: StaticString, data: ByteBuffer, id: Cursor) {
        self.writeStaticString("id: ")
        self.writeString(id.description)
        self.writeStaticString("\nevent: ")
        self.writeStaticString(name)
        self.writeStaticString("\ndata: ")
        self.writeImmutableBuffer(data)
        self.writeStaticString("\n\n")
    }

    fileprivate mutating func writeGap(_ notice: GapNotice, id: Cursor) {
        self.writeEvent("gap", data: notice.json(), id: id)
    }

    /// Appends an id without an event: it moves what a browser sends as `Last-Event-ID`, and calls nobody.
    fileprivate mutating func writeID(_ id: Cursor) {
        self.writeStaticString("id: ")
        self.writeString(id.description)
        self.writeStaticString("\n\n")
    }
}
