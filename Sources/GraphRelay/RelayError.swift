/// What can go wrong between the queue and the people.
public struct RelayError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String
        /// The store could not write or read; nothing was committed.
        public static let storageFailed = Code(name: "storageFailed")
        /// The store will not take what it was given, now or later; nothing was committed.
        public static let refused = Code(name: "refused")
        /// The caller may not follow a topic.
        public static let forbidden = Code(name: "forbidden")
        /// What the caller sent makes no sense.
        public static let invalidRequest = Code(name: "invalidRequest")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and, where it helps, what to do.
    public var message: String
    /// What caused it. For logs; it does not appear in the description.
    public var cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same thing may succeed later without anybody changing anything.
    public var isRetryable: Bool { self.code == .storageFailed }

    public var description: String { self.message }
}
