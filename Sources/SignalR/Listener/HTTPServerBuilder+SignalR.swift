public import HummingbirdCore
public import Logging

extension HTTPServerBuilder {
    /// An HTTP/1.1 server whose hub paths speak SignalR.
    ///
    /// ```swift
    /// let app = Application(router: router, server: .signalR(["/chat": chat]))
    /// ```
    ///
    /// - Parameters:
    ///   - hubs: Hubs by the path that clients connect to, for example `/chat`; upper and lower case do not matter.
    ///   - endpoints: What else is answered on the event loop, asked in this order.
    ///   - configuration: Time limits and sizes of connections.
    ///   - logger: For what cannot be thrown.
    public static func signalR(
        _ hubs: [String: Hub], endpoints: [any LoopEndpoint] = [], configuration: ListenerConfiguration = .init(),
        logger: Logger = Logger(label: "SignalR")
    ) -> HTTPServerBuilder {
        var hubEndpoints: [String: HubEndpoint] = [:]
        for (path, hub) in hubs {
            let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
            hubEndpoints[trimmed.lowercased()] = HubEndpoint(hub: hub, logger: logger)
        }
        let routes = FrontRoutes(hubs: hubEndpoints, endpoints: endpoints, configuration: configuration, logger: logger)
        return HTTPServerBuilder { responder in FrontChannel(routes: routes, responder: responder) }
    }
}
