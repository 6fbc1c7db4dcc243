import Metrics
import NIOCore
import SignalRProtocol
import Synchronization

/// One client: its protocol, what it may be sent, and its calls, one after another. Used on its event loop only.
///
/// It knows nothing of what carries it. A task exists only while its calls are handled.
final class HubConnection {
    let id: String
    private(set) var user: HubUser?
    let request: HubRequest
    let endpoint: HubEndpoint
    let loop: HubLoop
    private let mailbox: LoopMailbox<HubLoopItem>
    var transport: (any HubTransport)?

    var machine: HubConnectionStateMachine<LoopInstant>
    var splitter: HubMessageSplitter
    private(set) var kind = HubProtocolKind.json
    var calls = CallQueue()
    var tasks = ConnectionTasks()
    var streams = ConnectionStreams()
    /// What the hub keeps here; made when the hub first hears of the connection.
    private lazy var items = HubItems()
    /// The calls of the client that wait for its answer, and when they are given up.
    var asked: [String: Scheduled<Void>] = [:]
    private var isInboxFull = false
    private(set) var isReading = true
    var blockedSends: [(record: ByteBuffer, completion: (Bool) -> Void)] = []
    var end = ConnectionEnd()
    /// When what proves the user ceases to.
    private var expiry: LoopInstant?
    /// The token that is forgotten with it; `nil` where it has none, or its transport sees to that.
    let token: String?
    private let isResumable: Bool
    /// What makes it go on over another socket; `nil` where that was not agreed on.
    var reconnect: ReconnectState?

    // What the event loop keeps here about it.
    var feed = FeedPosition()
    var memberships: [HubGroup.Membership] = []
    var trackIndex = -1
    var mark: UInt64 = 0
    private var isUnflushed = false
    private var stagedStart = 0
    var stagedEnd = 0

    init(
        id: String, user: HubUser?, request: HubRequest, endpoint: HubEndpoint, loop: HubLoop,
        mailbox: LoopMailbox<HubLoopItem>, now: LoopInstant, wallClock: () -> Int64 = WallClock.now,
        token: String? = nil, isResumable: Bool = false
    ) {
        self.id = id
        self.user = user
        self.request = request
        self.endpoint = endpoint
        self.loop = loop
        self.mailbox = mailbox
        self.machine = HubConnectionStateMachine(openedAt: now, timing: endpoint.configuration.timing)
        self.token = token
        self.isResumable = isResumable
        self.expiry = Self.expiry(of: user, endpoint.configuration, now: now, wallClock: wallClock)
        self.splitter = HubMessageSplitter(maximumSize: endpoint.configuration.maximumReceiveSize)
    }

    private static func expiry(
        of user: HubUser?, _ configuration: HubConfiguration, now: LoopInstant, wallClock: () -> Int64
    ) -> LoopInstant? {
        guard configuration.closesOnExpiry, let expiresAt = user?.expiresAt else { return nil }
        let (left, hasOverflown) = expiresAt.subtractingReportingOverflow(wallClock())
        return now.advanced(by: .milliseconds(hasOverflown ? 0 : min(left, 3_155_760_000_000)))
    }

    /// The token by which it may be found again, once there is an agreement about that.
    var resumptionToken: String? { self.isResumable ? self.token : nil }

    /// A transport takes the place of another, or of none.
    func replace(_ transport: any HubTransport, user: HubUser?) {
        self.transport = transport
        self.splitter.reset()
        self.user = user
        self.expiry = Self.expiry(of: user, self.configuration, now: .now(), wallClock: WallClock.now)
        if !self.isReading { transport.setReading(false) }
        self.machine.heard(at: .now())
    }

    /// The client has shown again who it is: the same, perhaps with other claims.
    func refresh(_ user: HubUser?) {
        guard user != self.user else { return }
        self.user = user
        self.expiry = Self.expiry(of: user, self.configuration, now: .now(), wallClock: WallClock.now)
    }

    /// How it gets what is sent to many.
    var lane: HubLane { self.reconnect != nil ? .single : self.kind == .json ? .json : .messagePack }

    /// Whether messages flow.
    var isOpen: Bool { self.machine.isOpen }

    /// Lends storage for what was read, shared by all connections of the event loop. It must be given back.
    func takeScratch() -> ByteBuffer { self.loop.takeScratch() }

    func giveBack(_ scratch: ByteBuffer) { self.loop.giveBack(scratch) }

    // MARK: - The transport

    /// A transport carries the connection from now on.
    func begin(over transport: any HubTransport) {
        self.transport = transport
        self.loop.track(self, tickInterval: self.endpoint.tickInterval)
    }

    /// Bytes have arrived.
    func received(_ bytes: inout ByteBuffer, now: LoopInstant) {
        do throws(HubProtocolError) {
            while let record = try self.splitter.next(in: &bytes) {
                switch self.machine.received() {
                case .readHandshake: self.shakeHands(record, now: now)
                case .readMessage: try self.read(record, now: now)
                case .ignore: return
                }
            }
        } catch {
            guard self.isOpen else { return self.refuse(.canceled) }
            let detail = self.endpoint.configuration.detailedErrors ? error.message : nil
            self.close(error.code == .messageTooLarge ? .messageTooLarge(detail: detail) : .protocolError(detail: detail))
        }
    }

    /// Room has been made by the transport.
    func drained() {
        while !self.blockedSends.isEmpty, self.hasRoom {
            let send = self.blockedSends.removeFirst()
            self.send(counted: send.record)
            send.completion(self.isOpen)
        }
    }

    func tick(now: LoopInstant) {
        self.transport?.tick(now: now)
        if let deadline = self.end.deadline, now >= deadline { self.tasks.cancelCalls() }
        if let expiry = self.expiry, now >= expiry { self.close(.credentialsExpired) }
        if let deadline = self.reconnect?.deadline, now >= deadline { return self.transportEnding(.connectionLost) }
        if self.isOpen, self.transport != nil, let number = self.reconnect?.acknowledgement(now: now) {
            var record = ByteBuffer()
            self.kind.encodeAck(sequenceID: number, into: &record)
            self.send(record)
        }
        switch self.machine.tick(now: now) {
        case .ping:
            guard let transport = self.transport, transport.wantsPings, transport.outstanding == 0,
                self.reconnect?.isResuming != true
            else { break }
            self.send(self.endpoint.ping(self.kind))
        case .refuseHandshake:
            self.refuse(.canceled)
        case .close(let reason): self.close(reason)
        case .nothing: break
        }
    }

    // MARK: - Out

    /// Sends whole records.
    func send(_ records: ByteBuffer) {
        guard let transport = self.transport else { return }
        transport.append(records)
        if !self.isUnflushed {
            if self.loop.flushesLate(self) { self.isUnflushed = true } else { transport.flush() }
        }
    }

    /// Sends a record when there is room, and says whether it was sent.
    func send(_ record: ByteBuffer, completion: @escaping (Bool) -> Void) {
        guard self.isOpen else { return completion(false) }
        guard self.blockedSends.isEmpty, self.hasRoom else {
            self.blockedSends.append((record, completion))
            return
        }
        self.send(counted: record)
        completion(self.isOpen)
    }

    private var hasRoom: Bool {
        (self.transport?.outstanding ?? 0) <= self.endpoint.configuration.outboxBytes / 4 && self.reconnect?.hasRoom != false
    }

    /// Sends bytes that are framed already.
    func write(_ bytes: UnsafeRawBufferPointer) {
        self.transport?.write(framed: bytes)
    }

    /// Bytes that are framed already were sent to its socket, which took `sent` of them; `nil` if it takes none any more.
    func write(_ bytes: UnsafeRawBufferPointer, sent: Int?) {
        self.transport?.wrote(sent, ofFramed: bytes)
    }

    /// Where what is sent to many may go without asking; none while something waits.
    var directSocket: DirectSocket { self.transport?.directSocket ?? .none }

    func directSocketChanged() {
        for membership in self.memberships { membership.group.updateSocket(at: membership.index, of: self.lane) }
    }

    /// Remembers a part of `bytes` to be sent, joined with the one before if it is its neighbour.
    ///
    /// - Returns: Whether it is the first.
    func stage(_ part: Range<Int>, of bytes: UnsafeRawBufferPointer) -> Bool {
        if self.stagedEnd == 0 {
            self.stagedStart = part.lowerBound
            self.stagedEnd = part.upperBound
            return true
        }
        if self.stagedEnd != part.lowerBound {
            self.transport?.append(framed: UnsafeRawBufferPointer(rebasing: bytes[self.stagedStart..<self.stagedEnd]))
            self.stagedStart = part.lowerBound
        }
        self.stagedEnd = part.upperBound
        return false
    }

    /// Sends what was remembered.
    func writeStaged(of bytes: UnsafeRawBufferPointer) {
        let part = self.stagedStart..<self.stagedEnd
        self.stagedEnd = 0
        guard let transport = self.transport else { return }
        transport.write(framed: UnsafeRawBufferPointer(rebasing: bytes[part]))
        if !self.isUnflushed { transport.flush() }
    }

    func flushLate() {
        self.isUnflushed = false
        self.transport?.flush()
        self.drained()
    }

    // MARK: - Groups

    func join(_ name: String) { self.loop.join(name, self) }

    func leave(_ name: String) { self.loop.leave(name, self) }

    /// Its place in a group has changed.
    func moved(to index: Int, in group: HubGroup) {
        guard let place = self.memberships.firstIndex(where: { $0.group === group }) else { return }
        self.memberships[place].index = index
    }

    // MARK: - In

    private func shakeHands(_ record: ByteBuffer, now: LoopInstant) {
        do throws(Handshake.Refusal) {
            let agreed = try Handshake.agree(
                record, detailedErrors: self.endpoint.configuration.detailedErrors,
                carriesBinary: self.transport?.carriesBinary ?? true
            )
            self.kind = agreed.kind
            if agreed.version >= 2, self.resumptionToken != nil {
                self.reconnect = ReconnectState(limit: self.configuration.reconnectBufferBytes, now: now)
            }
        } catch {
            return self.refuse(error)
        }
        self.splitter.begin(self.kind)
        self.transport?.setBinary(self.kind.isBinary)
        self.machine.accepted(at: now)
        self.send(Handshake.success)
        // The answer may have filled the outbox of a client that reads nothing.
        guard self.isOpen else { return }
        self.loop.add(self)
        if self.reconnect != nil, let token = self.resumptionToken {
            self.endpoint.resumable.withLock { $0[token] = (self.caller.connection, self.user?.id) }
        }
        if let kind = self.transport?.kind {
            self.end.countedKind = kind
            self.endpoint.lifetime.opened(over: kind)
        }
        guard self.endpoint.hasConnectHandlers else {
            self.end.isKnownToHub = true
            return
        }
        self.calls.begin()
        self.machine.dispatching()
        let caller = self.caller
        let endpoint = self.endpoint
        self.tasks.calls = Task {
            do {
                try await endpoint.dispatcher.connected(caller)
                caller.connection.post { $0.connected() }
            } catch {
                let isDetailed = endpoint.configuration.detailedErrors
                let detail = isDetailed || error is HubException ? "\(type(of: error)): \(error)" : nil
                caller.connection.post { $0.connectFailed(detail: detail) }
            }
        }
    }

    private func connected() {
        self.end.isKnownToHub = true
        self.callsHandled()
    }

    private func connectFailed(detail: String?) {
        self.close(.connectFailed(detail: detail))
        self.calls.clear()
        self.callsHandled()
    }

    private func read(_ record: ByteBuffer, now: LoopInstant) throws(HubProtocolError) {
        let message = try self.kind.decode(record)
        self.endpoint.lifetime.metrics.messagesReceived.increment()
        self.machine.heard(at: now)
        guard try self.admits(message) else { return }
        switch message {
        case .invocation(let invocation):
            guard self.end.goodbye == nil else { return }
            guard !invocation.isBesideQueue || self.register(invocation) else { return }
            self.calls.append(invocation, size: record.readableBytes)
            self.handleCalls()
            self.updateReading()
        case .streamItem(let id, let item):
            if self.streams.push(item, to: id) { self.updateReading() }
        case .completion(let completion):
            guard !self.streams.end(completion.invocationID, error: completion.error) else { break }
            try self.answered(completion)
        case .cancelInvocation(let id): self.streams.cancel(id)
        case .ping: self.machine.pinged(at: now)
        case .close(let message):
            let goodbye = message.error.map(CloseReason.clientFailed) ?? .normal
            self.end.goodbye = goodbye
            if !self.calls.isBusy { self.close(goodbye) }
        case .ack, .sequence, nil: break
        }
    }

    /// Lets the client send on, or not: it has sent more than is handled, or a stream is full.
    func updateReading() {
        // The answer that a call waits for comes behind what waits for that call.
        let limit = self.endpoint.configuration.inboxBytes * (self.asked.isEmpty ? 1 : 4)
        if self.calls.size > limit { self.isInboxFull = true } else if self.calls.size <= limit / 2 { self.isInboxFull = false }
        let isReading = !self.isInboxFull && !self.streams.isFull
        guard isReading != self.isReading else { return }
        self.isReading = isReading
        self.transport?.setReading(isReading)
        // Whoever is not read does not look silent.
        if !isReading { self.machine.dispatching() } else if !self.calls.isBusy { self.machine.idle(at: .now()) }
    }

    // MARK: - Calls

    var configuration: HubConfiguration { self.endpoint.configuration }

    var eventLoop: any EventLoop { self.loop.eventLoop }

    var metrics: HubMetrics { self.endpoint.lifetime.metrics }

    var results: ClientResults { self.endpoint.lifetime.results }

    var dispatcher: HubDispatcher { self.endpoint.dispatcher }

    var caller: HubCaller {
        HubCaller(
            connectionID: self.id, user: self.user, request: self.request, items: self.items,
            connection: HubConnectionHandle(
                NIOLoopBound(self, eventLoop: self.loop.eventLoop), mailbox: self.mailbox, kind: self.kind
            ),
            lifetime: self.endpoint.backend, results: self.results
        )
    }
}
