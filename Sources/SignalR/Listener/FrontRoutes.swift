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
    private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<FrontLoop>]>([:])

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

    /// Waits until nothing is left of any connection. To be called when no new ones are accepted.
    func connectionsEnded() async {
        // Between two polls there may be no channel that could have said so.
        self.shutDown()
        while !Task.isCancelled {
            var ends: [EventLoopFuture<Void>] = []
            for loop in self.loops.withLock({ Array($0.values) }) {
                // An event loop that has ended has no connections.
                ends += (try? await loop.eventLoop.submit { loop.value.ends }.get()) ?? []
            }
            for hub in self.hubs.values { ends += await hub.lifetime.ends() }
            guard !ends.isEmpty else { return }
            await EventLoopFuture.allEnded(ends)
        }
    }

    /// The connections of an event loop. On that event loop.
    func loop(on eventLoop: any EventLoop) -> FrontLoop {
        self.loops.withLock { loops in
            let key = ObjectIdentifier(eventLoop)
            if let loop = loops[key] { return loop }
            let loop = NIOLoopBound(
                FrontLoop(eventLoop: eventLoop, interval: self.configuration.tickInterval), eventLoop: eventLoop
            )
            loops[key] = loop
            return loop
        }.value
    }
}

extension ListenerConfiguration {
    /// How often connections look at their clocks: once a second, or as often as short clocks need it.
    fileprivate var tickInterval: TimeAmount {
        .nanoseconds(min(1_000_000_000, max(1_000_000, min(self.idleTimeout, self.requestTimeout).nanoseconds / 2)))
    }
}
