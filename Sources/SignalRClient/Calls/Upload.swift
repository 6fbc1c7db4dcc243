import NIOCore
import SignalRProtocol

/// One stream on its way to the hub.
final class Upload: Sendable {
    /// How it ends.
    enum End: Sendable {
        /// Everything has gone out.
        case complete
        /// It cannot go on, and the hub is told the text.
        case failed(any Error, text: String)
        /// It is not wanted any more: the hub has answered the call, or the connection is lost, which is the error then.
        case dropped(SignalRClientError?)

        /// What the caller says when a call is given up before it was answered.
        static func givenUp(_ error: any Error) -> End { .failed(error, text: "The client gave the call up.") }
    }

    /// Leaves the loop over the source once it is known how it ends.
    private struct Left: Error {}

    let id: String
    /// The connection of its call.
    let session: Int
    private let source: any UploadSource
    private let stopped = Answer<End>()
    private let ended = Answer<Void>()

    init(id: String, session: Int, source: any UploadSource) {
        self.id = id
        self.session = session
        self.source = source
    }

    /// Ends it before its time.
    func stop(_ end: End) {
        self.stopped.settle(.success(end))
        // It may never have begun.
        if case .dropped(let error) = end { self.ended.settle(error.map { .failure($0) } ?? .success(())) }
    }

    /// Waits until it has ended.
    ///
    /// - Throws: Why it could not go on.
    func wait() async throws { try await self.ended.value() }

    /// Sends what comes of the source, until it ends or is stopped.
    func run(_ core: ClientCore) async {
        await withTaskGroup(of: End.self) { tasks in
            tasks.addTask { await self.pump(core) }
            tasks.addTask { (try? await self.stopped.value()) ?? .dropped(.stopped) }
            let end = await tasks.next() ?? .complete
            tasks.cancelAll()
            switch end {
            case .complete:
                self.ended.settle(.success(()))
            case .failed(let error, let text):
                var record = ByteBuffer()
                core.kind.encodeCompletion(invocationID: self.id, error: text, into: &record)
                // If it cannot be sent, the connection ends, and with it the stream.
                try? await core.send(record, session: self.session)
                self.ended.settle(.failure(error))
            case .dropped(let error):
                self.ended.settle(error.map { .failure($0) } ?? .success(()))
            }
        }
        core.ended(self)
    }

    private func pump(_ core: ClientCore) async -> End {
        var end: End?
        do {
            try await self.source.forEach { item in
                try Task.checkCancellation()
                var record = ByteBuffer()
                do {
                    try core.kind.encodeStreamItem(invocationID: self.id, item: item, into: &record)
                } catch {
                    end = .failed(error, text: "An item of the stream could not be written.")
                    throw Left()
                }
                do {
                    try await core.send(record, session: self.session)
                } catch {
                    end = .dropped(error as? SignalRClientError ?? .stopped)
                    throw Left()
                }
            }
            // Some sequences just end when their task is cancelled.
            try Task.checkCancellation()
            var record = ByteBuffer()
            core.kind.encodeStreamCompletion(invocationID: self.id, into: &record)
            do {
                try await core.send(record, session: self.session)
                return .complete
            } catch {
                return .dropped(error as? SignalRClientError ?? .stopped)
            }
        } catch {
            return end ?? .failed(error, text: "\(error)")
        }
    }
}
