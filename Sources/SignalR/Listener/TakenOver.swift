import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// A connection that needs Hummingbird: its end of it.
final class TakenOver: Sendable {
    private let asyncChannel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    private let isTaken = Atomic(false)

    init(_ asyncChannel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>) {
        self.asyncChannel = asyncChannel
    }

    /// Whoever takes it must see it through to its end.
    func take() -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        self.isTaken.store(true, ordering: .relaxed)
        return self.asyncChannel
    }

    deinit {
        guard !self.isTaken.load(ordering: .relaxed) else { return }
        // The server stopped taking connections in the same moment. An async channel must be finished by somebody; there is no
        // task left that could, and this one ends at once.
        Task { [asyncChannel] in try? await asyncChannel.executeThenClose { _, _ in } }
    }
}
