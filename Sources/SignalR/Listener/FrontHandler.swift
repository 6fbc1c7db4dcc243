import Logging
import NIOCore
import NIOHTTP1

/// The first handler behind the HTTP decoder: answers hub paths and loop endpoints itself, passes the rest on.
///
/// A reverse proxy mixes requests of every kind on one kept-alive connection, so it decides for each request anew. Hummingbird's
/// part of the pipeline is added when a connection first needs it.
final class FrontHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Owner {
        case endpoint(any LoopEndpoint)
        case hub(HubEndpoint)
    }

    private let routes: FrontRoutes
    private let connection: FrontConnection
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    /// Where our own answers go in, past the encoder; `nil` while there is none, because nobody needs it yet.
    private var belowEncoder: ChannelHandlerContext?
    private let loop: FrontLoop
    /// Its place there; negative when it has none.
    var loopIndex = -1

    private var order = RequestOrder()
    private var owner: Owner?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var limit = 0
    /// Which request a reply belongs to; one that comes after its connection moved on is dropped.
    private var requestNumber = 0
    private var closesAfterResponse = false
    private var isQuiescing = false
    private var isUpgraded = false
    /// The poll that is being answered, and waits.
    private var heldPoll: HeldPoll?
    private var readIsPending = false
    private var isWorkingThroughWaiting = false
    /// Whether parts of one read are arriving.
    private var isReading = false
    /// Whether something was written during this read.
    private var needsFlush = false
    private var lastActivity = NIODeadline.now()
    private var requestBegan: NIODeadline?
    /// When a connection is cut whose peer does not end it.
    private var cutOff: NIODeadline?
    private var context: ChannelHandlerContext?

    /// On the event loop of the connection.
    init(routes: FrontRoutes, connection: FrontConnection, decoder: ByteToMessageHandler<HTTPRequestDecoder>) {
        self.routes = routes
        self.connection = connection
        self.decoder = decoder
        self.loop = routes.loop(on: connection.channel.eventLoop)
    }

    /// Completed when nothing is left of the connection.
    var closeFuture: EventLoopFuture<Void>? { self.context?.channel.closeFuture }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.loop.remove(self)
        self.dropPoll()
        self.belowEncoder = nil
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.order.finish()
        self.loop.remove(self)
        self.dropPoll()
        context.fireChannelInactive()
    }

    // MARK: - In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.lastActivity = .now()
        self.isReading = true
        self.take(self.unwrapInboundIn(data), context: context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReading = false
        if self.needsFlush {
            self.needsFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if self.order.mayRead {
            context.read()
        } else {
            self.readIsPending = true
        }
    }

    private func take(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch self.order.received(part) {
        case .begin(let head): self.begin(head, context: context)
        case .collect(let part): self.collect(part, context: context)
        case .forward(let part):
            if case .end = part { self.requestBegan = nil }
            context.fireChannelRead(self.wrapInboundOut(part))
        case .nothing: break
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        self.requestBegan = self.lastActivity
        self.requestNumber += 1
        if let endpoint = self.routes.endpoint(for: head) {
            self.own(head, as: .endpoint(endpoint), limit: endpoint.maximumBodySize, context: context)
        } else if let hub = self.routes.hub(for: head) {
            self.own(head, as: .hub(hub), limit: hub.maximumBodySize(of: head), context: context)
        } else {
            self.order.forward()
            self.handOver(context: context)
            context.fireChannelRead(self.wrapInboundOut(.head(head)))
        }
    }

    /// Makes room for Hummingbird, the first time.
    private func handOver(context: ChannelHandlerContext) {
        guard self.belowEncoder == nil else { return }
        do {
            self.belowEncoder = try self.connection.handOver(behind: self)
        } catch {
            context.close(promise: nil)
        }
    }

    private func own(_ head: HTTPRequestHead, as owner: Owner, limit: Int, context: ChannelHandlerContext) {
        self.order.collect()
        self.owner = owner
        self.head = head
        self.limit = limit
        self.closesAfterResponse = !head.isKeepAlive
        if let length = head.headers.first(name: "Content-Length").flatMap({ Int($0) }) {
            guard length <= limit else {
                self.refuseBody(context: context)
                return
            }
            if length > 0 { self.body = context.channel.allocator.buffer(capacity: length) }
        }
        if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
            self.writeRaw(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"), context: context)
        }
    }

    private func collect(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch part {
        case .head: break
        case .body(var bytes):
            guard self.body.readableBytes + bytes.readableBytes <= self.limit else {
                self.refuseBody(context: context)
                return
            }
            if self.body.readableBytes == 0, self.body.capacity < bytes.readableBytes {
                self.body = bytes
            } else {
                self.body.writeBuffer(&bytes)
            }
        case .end: self.respond(context: context)
        }
    }

    private func refuseBody(context: ChannelHandlerContext) {
        if case .hub(let hub) = self.owner { hub.lifetime.metrics.exceeded(.bodySize) }
        self.refuse(.payloadTooLarge, context: context)
    }

    private func respond(context: ChannelHandlerContext) {
        guard let owner = self.owner, let head = self.head else { return }
        let request = LoopRequest(head: head, body: self.body)
        self.owner = nil
        self.head = nil
        self.body = ByteBuffer()
        self.requestBegan = nil
        let number = self.requestNumber
        let replies = FrontReplies(
            handler: NIOLoopBound(self, eventLoop: context.eventLoop),
            mailbox: self.loop.mailbox, requestNumber: number
        )
        switch owner {
        case .endpoint(let endpoint):
            endpoint.respond(to: request) { replies.send(.response($0)) }
        case .hub(let hub):
            hub.respond(
                to: HubInquiry(
                    request, remoteAddress: context.channel.remoteAddress, eventLoop: context.eventLoop,
                    reply: { replies.send($0) }
                )
            )
        }
    }

    // MARK: - Out

    /// An answer has arrived from wherever it was made. On the event loop.
    func deliver(_ reply: FrontReply) {
        guard let context = self.context, reply.requestNumber == self.requestNumber, self.order.phase == .answering else {
            switch reply.answer {
            case .response: break
            case .upgrade(let upgrade): upgrade.abandon()
            case .hold(let poll): poll.drop()
            }
            return
        }
        self.lastActivity = .now()
        switch reply.answer {
        case .response(let response): self.write(response, context: context)
        case .upgrade(let upgrade): self.upgrade(upgrade, context: context)
        case .hold(let poll):
            self.heldPoll = poll
            // Whoever began while the server was going away.
            if self.isQuiescing { poll.shutDown() }
        }
    }

    private func dropPoll() {
        guard let poll = self.heldPoll else { return }
        self.heldPoll = nil
        poll.drop()
    }

    private func write(_ response: LoopResponse, context: ChannelHandlerContext) {
        self.heldPoll = nil
        let closes = self.closesAfterResponse || self.isQuiescing
        self.writeRaw(response.rendered(closes: closes, allocator: context.channel.allocator), context: context)
        self.order.answered()
        self.finishResponse(closes: closes, context: context)
    }

    /// Refuses a request whose rest will not be read.
    private func refuse(_ status: HTTPResponseStatus, context: ChannelHandlerContext) {
        let response = LoopResponse.text(status, "\(status.reasonPhrase)")
        self.writeRaw(response.rendered(closes: true, allocator: context.channel.allocator), context: context)
        self.order.finish()
        self.body = ByteBuffer()
        self.finishResponse(closes: true, context: context)
    }

    private func finishResponse(closes: Bool, context: ChannelHandlerContext) {
        if closes {
            self.order.finish()
            self.close(context: context)
        } else {
            self.workThroughWaiting(context: context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) {
            context.write(data, promise: promise)
            self.lastActivity = .now()
            self.order.responseEnded()
            if self.isQuiescing {
                self.close(context: context)
            } else {
                self.workThroughWaiting(context: context)
            }
        } else {
            context.write(data, promise: promise)
        }
    }

    private func workThroughWaiting(context: ChannelHandlerContext) {
        // An answer that is made at once comes back here from within; the outer loop goes on with what waits.
        guard !self.isWorkingThroughWaiting else { return }
        self.isWorkingThroughWaiting = true
        var hasPassedOn = false
        while let part = self.order.next() {
            self.take(part, context: context)
            if case .forwarding = self.order.phase { hasPassedOn = true }
        }
        self.isWorkingThroughWaiting = false
        // The read that brought it ended long ago, and Hummingbird's part of the pipeline waits for such an end.
        if hasPassedOn { context.fireChannelReadComplete() }
        if self.readIsPending, self.order.mayRead {
            self.readIsPending = false
            context.read()
        }
    }

    /// Writes bytes past the response encoder: our answers are rendered already. What is written during one read leaves together.
    private func writeRaw(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        if let below = self.belowEncoder {
            below.write(NIOAny(bytes), promise: nil)
        } else {
            context.write(NIOAny(bytes), promise: nil)
        }
        if self.isReading { self.needsFlush = true } else { context.flush() }
    }

    /// Ends the connection gently: what was written arrives before the end, even if the peer is still sending.
    private func close(context: ChannelHandlerContext) {
        context.flush()
        context.close(mode: .output, promise: nil)
        self.cutOff = .now() + .seconds(1)
    }

    // MARK: - Becoming a connection of a hub

    private func upgrade(_ upgrade: HubUpgrade, context: ChannelHandlerContext) {
        guard !self.isQuiescing else {
            upgrade.abandon()
            self.closesAfterResponse = true
            self.write(.text(.serviceUnavailable), context: context)
            return
        }
        self.isUpgraded = true
        self.order.finish()
        self.loop.remove(self)
        let channel = context.channel
        let pipeline = context.pipeline
        let transport = upgrade.makeTransport(channel)
        do {
            try pipeline.syncOperations.addHandler(transport, position: .after(self))
        } catch {
            upgrade.abandon()
            context.close(promise: nil)
            return
        }
        if let below = self.belowEncoder {
            self.belowEncoder = nil
            pipeline.syncOperations.removeHandler(context: below, promise: nil)
        }
        pipeline.syncOperations.removeHandler(self.decoder, promise: nil)
        pipeline.syncOperations.removeHandler(context: context, promise: nil)
        transport.begin(response: upgrade.response, isPlain: self.connection.isPlain)
        channel.read()
    }

    // MARK: - Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            self.isQuiescing = true
            self.routes.shutDown()
            if self.order.phase == .idle { context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            // The client will send no more. What is being answered may still be; between requests it is the end.
            switch self.order.phase {
            case .idle, .collecting: context.close(promise: nil)
            case .answering:
                self.closesAfterResponse = true
                // A client has no other way to give up a poll.
                if self.heldPoll != nil { context.close(promise: nil) }
            case .forwarding, .finished: context.fireUserInboundEventTriggered(event)
            }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !self.isUpgraded else {
            context.close(promise: nil)
            return
        }
        switch self.order.phase {
        case .idle, .collecting: self.refuse(.badRequest, context: context)
        case .answering, .forwarding: context.close(promise: nil)
        case .finished: break
        }
    }

    /// Time has passed.
    func tick(now: NIODeadline) {
        guard let context = self.context else { return }
        if let cutOff = self.cutOff {
            if now >= cutOff { context.close(promise: nil) }
        } else if let requestBegan = self.requestBegan, self.order.phase == .collecting,
            now - requestBegan > self.routes.configuration.requestTimeout
        {
            self.refuse(.requestTimeout, context: context)
        } else if self.order.phase == .idle, now - self.lastActivity > self.routes.configuration.idleTimeout {
            context.close(promise: nil)
        }
    }
}

/// Where the answer to one request goes.
private struct FrontReplies: Sendable {
    let handler: NIOLoopBound<FrontHandler>
    let mailbox: LoopMailbox<FrontReply>
    let requestNumber: Int

    /// An answer that is made at once is written at once: requests that arrived together are answered together. An upgrade
    /// takes the decoder away, which must not happen while it decodes. A poll that is held must not be overtaken by its answer.
    func send(_ answer: FrontReply.Answer) {
        let reply = FrontReply(handler: self.handler, requestNumber: self.requestNumber, answer: answer)
        if case .upgrade = answer { return self.mailbox.post(reply) }
        if self.mailbox.eventLoop.inEventLoop { self.handler.value.deliver(reply) } else { self.mailbox.post(reply) }
    }
}

/// An answer on its way to its connection.
struct FrontReply: Sendable {
    enum Answer: Sendable {
        case response(LoopResponse)
        case upgrade(HubUpgrade)
        /// The answer comes later.
        case hold(HeldPoll)
    }

    let handler: NIOLoopBound<FrontHandler>
    let requestNumber: Int
    let answer: Answer
}
