import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What a listener answers by itself.
final class FrontRoutes: Sendable {
    let configuration: ListenerConfiguration
    let logger: Logger
    private let hubs: [String: HubEndpoint]
    private let endpoints: [any LoopEndpoint]
    private let mailboxes = Mutex<[ObjectIdentifier: LoopMailbox<FrontReply>]>([:])

    init(
        hubs: [String: HubEndpoint], endpoints: [any LoopEndpoint], configuration: ListenerConfiguration, logger: Logger
    ) {
        self.hubs = hubs
        self.endpoints = endpoints
        self.configuration = configuration
        self.logger = logger
    }

    /// The endpoint that answers this request, if one does.
    func endpoint(for head: HTTPRequestHead) -> (any LoopEndpoint)? {
        for endpoint in self.endpoints where endpoint.accepts(head) { return endpoint }
        return nil
    }

    /// The hub that this request is for: at the hub's own path, or `negotiate` below it.
    func hub(for head: HTTPRequestHead) -> HubEndpoint? {
        guard !self.hubs.isEmpty else { return nil }
        var path = head.uri.prefix { $0 != "?" }.lowercased()
        if path.hasSuffix("/negotiate") { path.removeLast("/negotiate".count) }
        return self.hubs[path]
    }

    /// The server is going away.
    func shutDown() {
        for hub in self.hubs.values { hub.shutDown() }
    }

    /// The way back to the connections of this event loop.
    func replies(for eventLoop: any EventLoop) -> LoopMailbox<FrontReply> {
        self.mailboxes.withLock { mailboxes in
            let key = ObjectIdentifier(eventLoop)
            if let mailbox = mailboxes[key] { return mailbox }
            let mailbox = LoopMailbox<FrontReply>(eventLoop: eventLoop) { replies in
                for reply in replies { reply.handler.value.deliver(reply) }
            }
            mailboxes[key] = mailbox
            return mailbox
        }
    }
}
