/// Why a client in a test did not get what it waited for.
///
/// An error that a method of the hub answers with is a `HubException` with its text.
public struct TestHubError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. New kinds may be added.
    public struct Code: Sendable, Hashable {
        let name: String
        /// The hub did not let the client in.
        public static let refused = Code(name: "refused")
        /// The connection has ended.
        public static let closed = Code(name: "closed")
        /// It did not come in time.
        public static let timedOut = Code(name: "timedOut")
        /// What came has another type, or is not of the protocol.
        public static let unexpected = Code(name: "unexpected")
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }
}
