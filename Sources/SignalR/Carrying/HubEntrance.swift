package import Logging
package import NIOCore
import NIOHTTP1

/// A way into a hub for connections whose bytes somebody else carries: a test in the same process, or a service that holds the
/// sockets.
package struct HubEntrance: Sendable {
    private let hub: Hub
    private let endpoint: HubEndpoint

    /// - Parameters:
    ///   - hub: The hub.
    ///   - logger: For what cannot be thrown.
    package init(to hub: Hub, logger: Logger) {
        self.hub = hub
        self.endpoint = HubEndpoint(hub: hub, logger: logger)
    }

    /// Who sends a request; `nil` if the hub does not know, or does not want to.
    ///
    /// - Throws: What the hub's own authenticator throws: whoever it is may not come in.
    package func user(of request: HubRequest) async throws -> HubUser? {
        try await self.hub.authenticator?(request)
    }

    /// Makes a connection, which has still to shake hands.
    ///
    /// - Parameters:
    ///   - id: Its public name; a random one if it is not given.
    ///   - user: Who it is.
    ///   - request: The request that becomes the connection.
    ///   - eventLoop: Where it lives.
    ///   - handler: Called on the event loop with what happens to it.
    /// - Returns: The connection; `nil` if there are as many as there may be.
    package func connect(
        id: String? = nil, user: HubUser?, request: HubRequest, on eventLoop: any EventLoop,
        handler: @escaping @Sendable (CarriedEvent) -> Void
    ) async throws -> CarriedConnection? {
        let hub = self.hub
        let endpoint = self.endpoint
        guard hub.local.admit(maximum: hub.configuration.maximumConnections) else { return nil }
        let id = id ?? HubEndpoint.randomID()
        return try await eventLoop.submit {
            let (loop, mailbox) = hub.local.loop(on: eventLoop)
            let connection = HubConnection(
                id: id, user: user, request: request, endpoint: endpoint, loop: loop, mailbox: mailbox, now: .now()
            )
            let transport = CarriedTransport(
                connection: connection, on: eventLoop, limit: hub.configuration.outboxBytes, handler: handler
            )
            connection.begin(over: transport)
            return CarriedConnection(
                id: id, transport: NIOLoopBound(transport, eventLoop: eventLoop), connection: connection.caller.connection
            )
        }.get()
    }
}

extension HubRequest {
    /// A request that nobody sent over HTTP.
    ///
    /// - Parameters:
    ///   - target: The path and the query.
    ///   - headers: Its headers.
    package init(target: String, headers: [String: String] = [:]) {
        self.init(
            head: HTTPRequestHead(
                version: .http1_1, method: .GET, uri: target, headers: HTTPHeaders(headers.map { ($0.key, $0.value) })
            ),
            remoteAddress: nil
        )
    }
}
