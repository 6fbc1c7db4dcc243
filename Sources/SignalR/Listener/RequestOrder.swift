import DequeModule
import NIOHTTP1

/// Keeps the answers of one connection in the order of its requests, decided without a channel.
///
/// One request is under way at a time. Parts of later ones wait here, and reading stops while they do, so what waits is
/// bounded by one read of the socket. While nothing waits reading goes on: stopping and starting it for each request would cost
/// two system calls.
struct RequestOrder {
    enum Phase: Equatable {
        /// Between two requests.
        case idle
        /// Our own endpoint: the body is arriving.
        case collecting
        /// Our own endpoint: the answer is awaited.
        case answering
        /// Hummingbird's: `requestEnded` and `responseEnded` say what has passed through.
        case forwarding(requestEnded: Bool, responseEnded: Bool)
        /// Nothing more is read: the connection closes, or is a WebSocket now.
        case finished
    }

    private(set) var phase: Phase = .idle
    private var waiting: Deque<HTTPServerRequestPart> = []

    /// Whether more may be read from the socket.
    var mayRead: Bool { self.waiting.isEmpty }

    enum PartAction {
        /// A request begins: decide who answers it.
        case begin(HTTPRequestHead)
        /// A part of the body for our own endpoint.
        case collect(HTTPServerRequestPart)
        /// A part for Hummingbird.
        case forward(HTTPServerRequestPart)
        /// It waits, or nobody wants it.
        case nothing
    }

    /// A part arrived.
    mutating func received(_ part: HTTPServerRequestPart) -> PartAction {
        switch self.phase {
        case .idle:
            guard case .head(let head) = part else { return .nothing }
            return .begin(head)
        case .collecting:
            if case .end = part { self.phase = .answering }
            return .collect(part)
        case .forwarding(false, let responseEnded):
            if case .end = part {
                self.phase = responseEnded ? .idle : .forwarding(requestEnded: true, responseEnded: false)
            }
            return .forward(part)
        case .answering, .forwarding(true, _):
            self.waiting.append(part)
            return .nothing
        case .finished:
            return .nothing
        }
    }

    /// Our own endpoint answers the request that began.
    mutating func collect() {
        self.phase = .collecting
    }

    /// Hummingbird answers the request that began.
    mutating func forward() {
        self.phase = .forwarding(requestEnded: false, responseEnded: false)
    }

    /// Our own endpoint's answer has been written.
    mutating func answered() {
        guard self.phase == .answering else { return }
        self.phase = .idle
    }

    /// Hummingbird's answer has been written to its end.
    mutating func responseEnded() {
        guard case .forwarding(let requestEnded, _) = self.phase else { return }
        self.phase = requestEnded ? .idle : .forwarding(requestEnded: false, responseEnded: true)
    }

    /// Nothing more is read.
    mutating func finish() {
        self.phase = .finished
        self.waiting.removeAll()
    }

    /// The next part that waited and may now be looked at.
    mutating func next() -> HTTPServerRequestPart? {
        switch self.phase {
        case .answering, .finished, .forwarding(true, _): nil
        case .idle, .collecting, .forwarding(false, _): self.waiting.popFirst()
        }
    }
}
