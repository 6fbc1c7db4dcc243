import NIOCore
import SignalRProtocol
import Synchronization

/// What goes out.
extension ClientCore {
    /// Sends a call that is not answered, and waits until it has gone out with its streams.
    func send(_ target: String, _ arguments: CallArguments) async throws {
        let call = try self.begin(arguments)
        do {
            try await self.send(self.record(of: call, target, arguments), session: call.session)
            for upload in call.uploads { self.uploads.put(upload) }
            for upload in call.uploads { try await upload.wait() }
        } catch {
            self.giveUp(call, error)
            throw error
        }
    }

    /// Sends a call, and waits for its answer.
    func call(_ target: String, _ arguments: CallArguments) async throws -> ByteBuffer? {
        let answer = Answer<ByteBuffer?>()
        let call = try self.begin(arguments) { $0.begin(Pending(waiter: answer, uploads: $1)) }
        do {
            try await self.post(call, target, arguments, isStreaming: false)
            return try await answer.value()
        } catch {
            self.giveUp(call, error)
            throw error
        }
    }

    /// Sends a call that is answered by a stream.
    func openStream(_ target: String, _ arguments: CallArguments) async throws -> StreamLease {
        let items = Mailbox<ByteBuffer>()
        let call = try self.begin(arguments) { $0.begin(stream: Pending(waiter: items, uploads: $1)) }
        let lease = StreamLease(call: call, items: items, core: self)
        try await self.post(call, target, arguments, isStreaming: true)
        return lease
    }

    /// Nobody reads the stream any more.
    func endStream(_ call: Outgoing, _ items: Mailbox<ByteBuffer>) {
        let isOpen = self.state.withLock { state in
            for item in items.drain() { state.backlog.remove(item.readableBytes) }
            guard let id = call.id, case .stream = state.calls.end(id) else { return false }
            return true
        }
        self.gate.ring()
        guard isOpen, let id = call.id else { return }
        var record = ByteBuffer()
        self.kind.encodeCancelInvocation(invocationID: id, into: &record)
        _ = try? self.write(record, session: call.session, canWait: false)
        self.giveUp(call, CancellationError())
    }

    /// A call on its way to the hub, and the connection that it goes over.
    struct Outgoing: Sendable {
        /// `nil` if it is not answered.
        var id: String?
        var uploads: [Upload]
        var session: Int
    }

    /// - Parameter enter: Enters who waits for the answer, and returns the id; `nil` if too many wait.
    private func begin(
        _ arguments: CallArguments, _ enter: ((inout Calls, [Upload]) -> String?)? = nil
    ) throws(SignalRClientError) -> Outgoing {
        let call = try self.state.withLock { state throws(SignalRClientError) -> Outgoing? in
            if let refusal = state.life.refusal { throw refusal }
            var call = Outgoing(id: nil, uploads: [], session: state.session)
            for source in arguments.uploads {
                let upload = state.calls.begin(upload: { Upload(id: $0, session: call.session, source: source) })
                if let upload { call.uploads.append(upload) }
            }
            call.id = enter?(&state.calls, call.uploads)
            if call.uploads.count == arguments.uploads.count, call.id != nil || enter == nil { return call }
            if let id = call.id { state.calls.end(id) }
            for upload in call.uploads { state.calls.end(upload.id) }
            return nil
        }
        guard let call else { throw SignalRClientError(.overloaded, "Too many calls wait for an answer of the hub.") }
        self.gate.ring()
        return call
    }

    /// Nobody waits for the answer any more.
    private func giveUp(_ call: Outgoing, _ error: any Error) {
        self.state.withLock { state in
            if let id = call.id { state.calls.end(id) }
            for upload in call.uploads { state.calls.end(upload.id) }
        }
        for upload in call.uploads { upload.stop(.givenUp(error)) }
    }

    private func record(
        of call: Outgoing, _ target: String, _ arguments: CallArguments, isStreaming: Bool = false
    ) throws -> ByteBuffer {
        var record = ByteBuffer()
        try self.kind.encodeCall(
            target: target, arguments: arguments.values, invocationID: call.id, streamIDs: call.uploads.map(\.id),
            isStreaming: isStreaming, into: &record
        )
        return record
    }

    /// Sends a call without waiting until it has gone out, and then its streams.
    private func post(_ call: Outgoing, _ target: String, _ arguments: CallArguments, isStreaming: Bool) async throws {
        let record = try self.record(of: call, target, arguments, isStreaming: isStreaming)
        while case .wait(let room) = try self.write(record, session: call.session) { try await room.value() }
        for upload in call.uploads { self.uploads.put(upload) }
    }

    /// Sends a record over the connection it belongs to, and waits until it has gone out, or will by itself.
    func send(_ record: ByteBuffer, session: Int) async throws {
        while true {
            switch try self.write(record, session: session) {
            case .written(let written, let isKept):
                do {
                    return try await written.get()
                } catch {
                    if isKept { return }
                    throw SignalRClientError(.connectionLost, SignalRClientError.lost.message, cause: error)
                }
            case .kept: return
            case .wait(let room): try await room.value()
            }
        }
    }

    /// What has become of a record.
    private enum Written {
        /// Succeeds when it has gone out. If that fails, it may be repeated over the next socket.
        case written(EventLoopFuture<Void>, isKept: Bool)
        /// It goes out over the next socket.
        case kept
        /// It was not taken: offer it again when this comes.
        case wait(Answer<Void>)
    }

    /// - Parameter canWait: Otherwise the record is held until there is room.
    private func write(_ record: ByteBuffer, session: Int, canWait: Bool = true) throws(SignalRClientError) -> Written {
        try self.state.withLock { state throws(SignalRClientError) in
            if let refusal = state.life.refusal { throw refusal }
            guard state.session == session else { throw .lost }
            switch state.link?.send(record) {
            case .write, nil:
                guard let socket = state.socket else { throw .lost }
                return .written(socket.write(record), isKept: state.link != nil)
            case .keep: return .kept
            case .wait(let room):
                guard !canWait else { return .wait(room) }
                state.link?.hold(record)
                return .kept
            }
        }
    }

    /// Sends the streams that go along with calls, until there will be no other connection.
    func runUploads() async {
        await withDiscardingTaskGroup { tasks in
            while let upload = try? await self.uploads.next() {
                tasks.addTask { await upload.run(self) }
            }
        }
    }

    /// A stream to the hub has ended.
    func ended(_ upload: Upload) {
        self.state.withLock { _ = $0.calls.end(upload.id) }
    }
}
