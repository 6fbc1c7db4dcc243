import DequeModule
import NIOCore

/// The connections that requests can name by their secret tokens: negotiated and not made yet, or carried by a transport.
///
/// Those that are not made are bounded, and forgotten in time.
struct ConnectionTable<Carrier> {
    private enum Entry {
        /// `early` is what the client sent before it was made. Few are in this state at a time; the others are not to keep room for it.
        indirect case negotiated(connectionID: String, early: ByteBuffer)
        case carried(Carrier)
    }

    private let maximumNegotiated: Int
    private let timeout: Duration
    private let earlyLimit: Int
    private var entries: [String: Entry] = [:]
    /// The tokens of those whose clients asked to go on over other sockets, until they are made.
    private var stateful: Set<String> = []
    /// In the order of their deadlines; those that were made meanwhile are passed over.
    private var deadlines: Deque<(token: String, deadline: LoopInstant)> = []
    /// How many are negotiated and not made.
    private(set) var negotiatedCount = 0

    /// - Parameters:
    ///   - maximumNegotiated: How many may wait to be made.
    ///   - timeout: How long they may wait.
    ///   - earlyLimit: How many bytes each may send before it is made.
    init(maximumNegotiated: Int, timeout: Duration, earlyLimit: Int) {
        self.maximumNegotiated = maximumNegotiated
        self.timeout = timeout
        self.earlyLimit = earlyLimit
    }

    /// How many there are.
    var count: Int { self.entries.count }

    /// All that are carried.
    var carriers: [Carrier] {
        self.entries.values.compactMap { if case .carried(let carrier) = $0 { carrier } else { nil } }
    }

    /// Adds one that was negotiated; `false` if there is no room.
    mutating func add(_ connectionID: String, token: String, isStateful: Bool = false, now: LoopInstant) -> Bool {
        self.reap(now: now)
        guard self.negotiatedCount < self.maximumNegotiated, self.entries[token] == nil else { return false }
        self.entries[token] = .negotiated(connectionID: connectionID, early: ByteBuffer())
        if isStateful { self.stateful.insert(token) }
        self.negotiatedCount += 1
        self.deadlines.append((token, now.advanced(by: self.timeout)))
        return true
    }

    /// Whether the client of this token asked to go on over other sockets. It is forgotten.
    mutating func takeStateful(_ token: String) -> Bool { self.stateful.remove(token) != nil }

    enum Claim {
        /// There is none, or its time is over.
        case unknown
        /// It is carried from now on.
        ///
        /// The token is the table's own, so that nobody keeps another copy of it.
        case claimed(connectionID: String, token: String, early: ByteBuffer)
        /// It was carried before.
        case carried(Carrier)
    }

    /// A transport wants to carry the connection of this token.
    mutating func claim(_ token: String, by carrier: @autoclosure () -> Carrier, now: LoopInstant) -> Claim {
        self.reap(now: now)
        guard let index = self.entries.index(forKey: token) else { return .unknown }
        switch self.entries.values[index] {
        case .carried(let carrier): return .carried(carrier)
        case .negotiated(let connectionID, let early):
            self.entries.values[index] = .carried(carrier())
            self.negotiatedCount -= 1
            return .claimed(connectionID: connectionID, token: self.entries.keys[index], early: early)
        }
    }

    enum Lookup {
        case unknown
        case negotiated
        case carried(Carrier)
    }

    /// What there is of this token.
    mutating func find(_ token: String, now: LoopInstant) -> Lookup {
        self.reap(now: now)
        return switch self.entries[token] {
        case nil: .unknown
        case .negotiated: .negotiated
        case .carried(let carrier): .carried(carrier)
        }
    }

    enum Sending {
        case unknown
        /// It is kept until the connection is made.
        case kept
        /// More is kept than may be.
        case full
        case carried(Carrier)
    }

    /// The client of this token has sent something.
    mutating func send(_ bytes: ByteBuffer, to token: String, now: LoopInstant) -> Sending {
        self.reap(now: now)
        switch self.entries[token] {
        case nil: return .unknown
        case .carried(let carrier): return .carried(carrier)
        case .negotiated(let connectionID, var early):
            guard early.readableBytes + bytes.readableBytes <= self.earlyLimit else { return .full }
            early.writeImmutableBuffer(bytes)
            self.entries[token] = .negotiated(connectionID: connectionID, early: early)
            return .kept
        }
    }

    /// The connection of this token has ended.
    mutating func remove(_ token: String) {
        self.stateful.remove(token)
        if case .negotiated = self.entries.removeValue(forKey: token) { self.negotiatedCount -= 1 }
    }

    private mutating func reap(now: LoopInstant) {
        while let first = self.deadlines.first {
            // Those that were made are dropped with their deadline, so what is kept is bounded by the rate of negotiations.
            if case .negotiated = self.entries[first.token] {
                guard first.deadline <= now else { return }
                self.remove(first.token)
            }
            self.deadlines.removeFirst()
        }
    }
}
