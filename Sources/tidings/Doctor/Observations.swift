import GraphNotifications

/// What an examination saw: of the configuration, of this machine, of Graph, and of the public address.
struct Observations: Sendable {
    /// The time in milliseconds since 1970, by the clock of this machine.
    var now: Int64
    /// What is configured, or why that cannot be read.
    var settings: Result<ServerSettings, Failure>
    var accounts: [Account] = []
    var directory: Directory?
    /// The certificates for rich notifications, the current one first.
    var certificates: Result<[Certificate], Failure> = .success([])
    var endpoint: Endpoint?

    /// What came of signing in as one account.
    struct Account: Sendable {
        var account: GraphAccount
        /// Why there is no token.
        var error: GraphError?
        /// What its token says; `nil` if there is none, or it cannot be read.
        var token: TokenContents?
        /// How far Graph's clock is ahead of this machine's; `nil` if Graph did not answer.
        var graphIsAheadBy: Duration?
        /// Why Graph did not answer.
        var graphError: String?
        /// When the certificate it signs in with ends, in milliseconds since 1970.
        var certificateExpiresAt: Int64?
    }

    /// Where data are kept.
    struct Directory: Sendable, Equatable {
        var path: String
        /// Whether it is there; if not, the next directory above it is meant by the rest.
        var exists: Bool
        var isWritable: Bool
        var freeBytes: Int64?
    }

    /// A certificate for rich notifications. That its key fits was seen when it was read.
    struct Certificate: Sendable, Equatable {
        var name: String
        /// In milliseconds since 1970.
        var expiresAt: Int64
    }

    /// The public address.
    struct Endpoint: Sendable {
        var url: String
        /// Why its name leads nowhere.
        var nameError: String?
        /// When the certificate that it shows ends, in milliseconds since 1970; `nil` if it shows none.
        var certificateExpiresAt: Int64?
        /// Why the handshake failed, by path.
        var failures: [(path: String, reason: String)] = []
        /// How long each of many handshakes took.
        var latencies: [Duration] = []
    }
}
