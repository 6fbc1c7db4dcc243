import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes
import Synchronization

/// The connections of one server that need Hummingbird, on their way to the task that serves them.
///
/// Hummingbird makes a task for each connection that it is given. It is given one, the first, and its task serves all of those
/// that turn out to need one; what becomes a WebSocket, and whoever negotiates, needs none.
final class FrontHandovers: Sendable {
    /// As many wait as there are connections, at the most.
    private let waiting: AsyncStream<TakenOver>
    private let continuation: AsyncStream<TakenOver>.Continuation
    private let hasHost = Atomic(false)

    init() {
        (self.waiting, self.continuation) = AsyncStream<TakenOver>.makeStream()
    }

    /// A connection has been accepted.
    ///
    /// - Returns: Whether it is the first, whose task is to serve the others as long as its server takes connections.
    func accepted(_ channel: any Channel) -> Bool {
        guard !self.hasHost.exchange(true, ordering: .relaxed) else { return false }
        (channel.parent ?? channel).closeFuture.whenComplete { _ in self.continuation.finish() }
        return true
    }

    /// Hands over a connection. It is closed if the server takes none any more.
    func add(_ connection: TakenOver) { self.continuation.yield(connection) }

    /// Serves connections until the server takes none any more, and all have ended.
    func serve(_ body: @escaping @Sendable (NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for await connection in self.waiting {
                group.addTask { await body(connection.take()) }
            }
        }
    }
}
