import NIOCore
import NIOHTTP1

/// Carries a connection's messages in the answers to requests that wait for them; its client sends with others.
///
/// It lives on the event loop of the first poll. Later ones come from any.
final class LongPollTransport: HubTransport, PostedTransport {
    private struct Poll {
        let number: Int
        let inquiry: HubInquiry
    }

    var kind: TransportKind { .longPolling }
    private let carried: HubConnection
    private let eventLoop: any EventLoop
    private let slot: LoopSlot<LongPollTransport>
    private let limit: Int
    private let whenEnded: () -> Void
    private var machine: LongPollStateMachine<Poll, LoopInstant>
    private var pollCount = 0
    /// Whole records.
    private var waiting = ByteBuffer()
    var sends: SendQueue<HubInquiry>
    private var hasEnded = false
    private var closePromise: EventLoopPromise<Void>?

    /// - Parameters:
    ///   - connection: What it carries.
    ///   - configuration: Its limits and clocks.
    ///   - slot: Where it is found.
    ///   - eventLoop: Where it lives.
    ///   - whenEnded: Called on the event loop when nothing is left of it.
    init(
        connection: HubConnection, configuration: HubConfiguration, slot: LoopSlot<LongPollTransport>,
        eventLoop: any EventLoop, whenEnded: @escaping () -> Void
    ) {
        self.carried = connection
        self.eventLoop = eventLoop
        self.slot = slot
        self.limit = configuration.outboxBytes
        self.whenEnded = whenEnded
        self.machine = LongPollStateMachine(
            pollTimeout: configuration.pollTimeout, disconnectTimeout: configuration.disconnectTimeout,
            closeTimeout: configuration.closeTimeout
        )
        self.sends = SendQueue(limit: configuration.maximumBodySize)
    }

    /// What it carries.
    var connection: any HubTransportOwner { self.carried }

    /// Carries the connection from now on.
    ///
    /// - Parameters:
    ///   - inquiry: The first poll.
    ///   - early: What the client sent before.
    func begin(with inquiry: HubInquiry, early: ByteBuffer) {
        self.slot.fill(self)
        self.connection.begin(over: self)
        self.poll(inquiry)
        self.takeEarly(early)
    }

    // MARK: - Polls

    /// Another poll has arrived.
    ///
    /// - Parameter user: Who its sender is now.
    func poll(_ inquiry: HubInquiry, user: HubUser?) {
        self.carried.refresh(user)
        self.poll(inquiry)
    }

    private func poll(_ inquiry: HubInquiry) {
        self.pollCount += 1
        let poll = Poll(number: self.pollCount, inquiry: inquiry)
        let (replaced, verdict) = self.machine.poll(poll, hasData: self.waiting.readableBytes > 0, now: .now())
        replaced?.inquiry.reply(.noMorePolls)
        switch verdict {
        case .begin: inquiry.reply(.poll(ByteBuffer()))
        case .answer:
            self.answer(poll)
            self.connection.drained()
        case .hold: inquiry.hold(HeldPoll(slot: self.slot, number: poll.number))
        case .end:
            inquiry.reply(.noMorePolls)
            self.end(.connectionLost)
        }
    }

    /// The client has given up a poll.
    func dropped(_ number: Int) {
        self.machine.dropped(now: .now()) { $0.number == number }
    }

    private func answer(_ poll: Poll) {
        let data = self.waiting
        self.waiting = ByteBuffer()
        poll.inquiry.reply(.poll(data))
    }

    // MARK: - Out

    var wantsPings: Bool { false }

    var outstanding: Int { self.waiting.readableBytes }

    func append(_ records: ByteBuffer) {
        guard self.hasRoom(for: records.readableBytes) else { return }
        if self.waiting.readableBytes == 0 {
            self.waiting = records
        } else {
            self.waiting.writeImmutableBuffer(records)
        }
    }

    func append(framed bytes: UnsafeRawBufferPointer) {
        guard self.hasRoom(for: bytes.count) else { return }
        bytes.forEachWebSocketPayload { _ = self.waiting.writeBytes($0) }
    }

    func write(framed bytes: UnsafeRawBufferPointer) {
        self.append(framed: bytes)
        self.flush()
    }

    private func hasRoom(for count: Int) -> Bool {
        guard !self.machine.isClosing, !self.hasEnded else { return false }
        let outstanding = self.outstanding
        if outstanding == 0 || outstanding + count <= self.limit { return true }
        self.connection.close(.slowClient)
        return false
    }

    func flush() {
        guard self.waiting.readableBytes > 0, let poll = self.machine.dataWaits(now: .now()) else { return }
        self.answer(poll)
    }

    func discardWaiting() {
        self.waiting.clear()
    }

    // MARK: - Ends

    var closeFuture: EventLoopFuture<Void> {
        if self.hasEnded { return self.eventLoop.makeSucceededVoidFuture() }
        let promise = self.closePromise ?? self.eventLoop.makePromise()
        self.closePromise = promise
        return promise.futureResult
    }

    func close() {
        self.flush()
        guard let poll = self.machine.close(now: .now()) else { return }
        poll.inquiry.reply(.noMorePolls)
        self.end(.connectionLost)
    }

    /// The client has ended the connection.
    func delete() {
        self.end(.normal)
    }

    /// No further poll can arrive.
    func shutDown() {
        self.connection.close(.serverShuttingDown)
        self.end(.connectionLost)
    }

    func tick(now: LoopInstant) {
        switch self.machine.tick(now: now) {
        case .answerEmpty(let poll): poll.inquiry.reply(.emptyPoll)
        case .dispose: self.end(.connectionLost)
        case .nothing: break
        }
    }

    private func end(_ reason: CloseReason) {
        guard !self.hasEnded else { return }
        self.hasEnded = true
        self.machine.end()?.inquiry.reply(.noMorePolls)
        self.connection.transportEnding(reason)
        self.connection.transportEnded()
        self.waiting = ByteBuffer()
        self.refuseSends()
        self.slot.empty()
        self.whenEnded()
        self.closePromise?.succeed()
    }
}

extension LoopResponse {
    /// The answer to a poll: everything that waited.
    fileprivate static func poll(_ data: ByteBuffer) -> LoopResponse {
        LoopResponse(status: .ok, headers: Self.pollHeaders(contentType: "application/octet-stream"), body: data)
    }

    /// The answer to a poll that waited in vain.
    fileprivate static var emptyPoll: LoopResponse { LoopResponse(status: .ok, headers: Self.pollHeaders()) }

    /// The answer to a poll that was replaced, or comes behind the end.
    fileprivate static var noMorePolls: LoopResponse { LoopResponse(status: .noContent, headers: Self.pollHeaders()) }

    private static func pollHeaders(contentType: String = "text/plain") -> HTTPHeaders {
        [
            "Content-Type": contentType, "Cache-Control": "no-cache, no-store", "Pragma": "no-cache",
            "Expires": "Thu, 01 Jan 1970 00:00:00 GMT",
        ]
    }
}
