import NIOCore
import SignalRProtocol

/// Between a socket and a connection that may outlive it, and may live on another event loop.
///
/// What comes of a socket that was replaced goes no further.
final class ConnectionLink: HubTransportOwner {
    private let connection: HubConnectionHandle
    private let isLocal: Bool
    private let isFirst: Bool
    private let user: HubUser?
    private let eventLoop: any EventLoop
    /// The transport, and what the connection takes for it.
    private var transport: (any HubTransport)?
    private var remote: RemoteTransport?

    /// - Parameters:
    ///   - connection: The connection.
    ///   - isFirst: Whether the socket is its first.
    ///   - user: Who the client is now.
    ///   - eventLoop: Where the socket lives.
    init(to connection: HubConnectionHandle, isFirst: Bool, user: HubUser?, on eventLoop: any EventLoop) {
        self.connection = connection
        self.isLocal = connection.eventLoop === eventLoop
        self.isFirst = isFirst
        self.user = user
        self.eventLoop = eventLoop
    }

    func takeScratch() -> ByteBuffer { self.isLocal ? self.connection.local.takeScratch() : ByteBuffer() }

    func giveBack(_ scratch: ByteBuffer) {
        if self.isLocal { self.connection.local.giveBack(scratch) }
    }

    func begin(over transport: any HubTransport) {
        self.transport = transport
        guard self.isLocal else {
            let remote = RemoteTransport(transport, on: self.eventLoop)
            self.remote = remote
            let user = self.user
            return self.connection.post { $0.resume(over: remote, user: user) }
        }
        if self.isFirst {
            self.connection.local.begin(over: transport)
        } else {
            self.connection.local.resume(over: transport, user: self.user)
        }
    }

    func received(_ bytes: inout ByteBuffer, now: LoopInstant) {
        if let remote = self.remote {
            let copy = bytes
            return self.connection.post { connection in
                guard connection.transport === remote else { return }
                var bytes = copy
                connection.received(&bytes, now: now)
            }
        }
        guard let transport = self.transport, self.connection.local.transport === transport else { return }
        self.connection.local.received(&bytes, now: now)
    }

    func drained() {
        self.remote?.drained()
        self.tell { $0.drained() }
    }

    func close(_ reason: CloseReason) { self.tell { $0.close(reason) } }

    func stuck() { self.tell { $0.stuck() } }

    func shutDown() { self.tell { $0.shutDown() } }

    func transportEnding(_ reason: CloseReason) { self.tell { $0.transportEnding(reason) } }

    func transportEnded() {
        self.tell { $0.transportEnded() }
        self.transport = nil
    }

    /// Does something with the connection, unless another socket carries it by now.
    private func tell(_ work: @escaping @Sendable (HubConnection) -> Void) {
        if let remote = self.remote {
            return self.connection.post { connection in
                if connection.transport === remote { work(connection) }
            }
        }
        guard let transport = self.transport, self.connection.local.transport === transport else { return }
        work(self.connection.local)
    }
}
