import Synchronization

/// Tells once that all ports are open.
final class StartedPorts: Sendable {
    private struct State {
        var plain: Int?
        var secure: Int?
    }

    private let state = Mutex(State())
    private let isSecureToo: Bool
    private let onReady: @Sendable (GraphEmulator.Ports) async -> Void

    /// - Parameter isSecureToo: Whether a port with TLS is to come as well.
    init(isSecureToo: Bool, onReady: @escaping @Sendable (GraphEmulator.Ports) async -> Void) {
        self.isSecureToo = isSecureToo
        self.onReady = onReady
    }

    func listens(at port: Int, isSecure: Bool) async {
        let ports = self.state.withLock { state -> GraphEmulator.Ports? in
            if isSecure { state.secure = port } else { state.plain = port }
            guard let plain = state.plain, !self.isSecureToo || state.secure != nil else { return nil }
            return GraphEmulator.Ports(plain: plain, secure: state.secure)
        }
        if let ports { await self.onReady(ports) }
    }
}
