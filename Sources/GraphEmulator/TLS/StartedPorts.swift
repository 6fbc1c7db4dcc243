import Synchronization

/// Tells once that all ports are open.
final class StartedPorts: Sendable {
    /// What a port is for.
    enum Kind: Sendable {
        case plain, secure, admin
    }

    private let opened = Mutex<[Kind: Int]>([:])
    private let expected: Set<Kind>
    private let onReady: @Sendable (GraphEmulator.Ports) async -> Void

    /// - Parameter expected: Which ports are to come.
    init(expected: Set<Kind>, onReady: @escaping @Sendable (GraphEmulator.Ports) async -> Void) {
        self.expected = expected
        self.onReady = onReady
    }

    func listens(at port: Int, _ kind: Kind) async {
        let ports = self.opened.withLock { opened -> GraphEmulator.Ports? in
            opened[kind] = port
            guard let plain = opened[.plain], self.expected.isSubset(of: opened.keys) else { return nil }
            return GraphEmulator.Ports(plain: plain, secure: opened[.secure], admin: opened[.admin])
        }
        if let ports { await self.onReady(ports) }
    }
}
