import NIOCore
import SignalRProtocol

/// The calls of one connection that are handled beside its queue: streams, and calls that bring streams. Decided without a task.
struct ConnectionStreams {
    /// One of them, from its arrival to its end.
    struct Call {
        let invocationID: String?
        let isStreaming: Bool
        let uploads: [String]
        var task: Task<Void, Never>?
        var isCancelled = false
    }

    private var calls: [Int: Call] = [:]
    /// The numbers of streams by their ids.
    private var streams: [String: Int] = [:]
    /// The streams that the client sends, and whose call they came with.
    private var uploads: [String: (stream: UploadStream, call: Int)] = [:]
    /// Those that are full.
    private var full: Set<String> = []
    private var lastNumber = 0

    /// How many there are.
    var count: Int { self.calls.count }

    /// Whether nothing of the client is to be read until a method has taken some items.
    var isFull: Bool { !self.full.isEmpty }

    /// A call has arrived: its streams are known from now on.
    ///
    /// - Parameters:
    ///   - invocation: The call.
    ///   - maximum: How many there may be.
    ///   - makeUpload: Makes the stream of an id.
    /// - Returns: What the client is told if it cannot be.
    mutating func add(
        _ invocation: InvocationMessage, maximum: Int, makeUpload: (String) -> UploadStream
    ) -> String? {
        guard self.calls.count < maximum else {
            return HubErrorText.invocationFailed(
                invocation.target, detail: "HubException: There are too many streams on this connection."
            )
        }
        if invocation.isStreaming, let id = invocation.invocationID, self.streams[id] != nil { return HubErrorText.inUse(id) }
        var seen: Set<String> = []
        for id in invocation.streamIDs where self.uploads[id] != nil || !seen.insert(id).inserted {
            return HubErrorText.inUse(id)
        }
        self.lastNumber += 1
        self.calls[self.lastNumber] = Call(
            invocationID: invocation.invocationID, isStreaming: invocation.isStreaming, uploads: invocation.streamIDs
        )
        if invocation.isStreaming, let id = invocation.invocationID { self.streams[id] = self.lastNumber }
        for id in invocation.streamIDs { self.uploads[id] = (makeUpload(id), self.lastNumber) }
        return nil
    }

    /// Its turn has come.
    ///
    /// - Returns: Its number and the streams that it brings; `nil` if it is gone.
    func begin(_ invocation: InvocationMessage) -> (number: Int, uploads: [UploadStream])? {
        let number =
            invocation.isStreaming
            ? invocation.invocationID.flatMap { self.streams[$0] } : invocation.streamIDs.first.flatMap { self.uploads[$0]?.call }
        guard let number else { return nil }
        return (number, invocation.streamIDs.compactMap { self.uploads[$0]?.stream })
    }

    /// It is being handled.
    mutating func began(_ number: Int, _ task: Task<Void, Never>) {
        self.calls[number]?.task = task
        if self.calls[number]?.isCancelled == true { task.cancel() }
    }

    /// The client does not want the stream any more.
    mutating func cancel(_ invocationID: String) {
        guard let number = self.streams[invocationID] else { return }
        self.calls[number]?.isCancelled = true
        self.calls[number]?.task?.cancel()
    }

    /// It has been handled: what still comes of its streams is passed over.
    mutating func finish(_ number: Int) {
        guard let call = self.calls.removeValue(forKey: number) else { return }
        if call.isStreaming, let id = call.invocationID { self.streams[id] = nil }
        for id in call.uploads {
            self.uploads.removeValue(forKey: id)?.stream.finish(discarding: true)
            self.full.remove(id)
        }
    }

    // MARK: - What the client sends

    /// An item has arrived.
    ///
    /// - Returns: Whether there is such a stream.
    mutating func push(_ item: ByteBuffer, to id: String) -> Bool {
        guard let upload = self.uploads[id] else { return false }
        if upload.stream.push(item) { self.full.insert(id) }
        return true
    }

    /// A stream has ended.
    ///
    /// - Returns: Whether there is such a stream.
    mutating func end(_ id: String, error: String?) -> Bool {
        guard let upload = self.uploads[id] else { return false }
        upload.stream.finish(throwing: error.map { HubException($0) })
        return true
    }

    /// A method has taken items of a full stream.
    mutating func roomMade(in id: String) {
        self.full.remove(id)
    }

    /// The connection has ended.
    mutating func cancelAll() {
        for call in self.calls.values { call.task?.cancel() }
        for upload in self.uploads.values { upload.stream.finish(throwing: CancellationError(), discarding: true) }
        self.calls = [:]
        self.streams = [:]
        self.uploads = [:]
        self.full = []
    }
}
