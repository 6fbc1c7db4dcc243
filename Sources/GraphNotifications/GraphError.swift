/// What can go wrong while subscribing to Graph or receiving from it.
///
/// A description never contains a token, a client state or a payload.
public struct GraphError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The store could not write or read; nothing was committed.
        public static let storageFailed = Code(name: "storageFailed")
        /// The bytes are not what Graph sends.
        public static let malformedNotification = Code(name: "malformedNotification")
        /// No connection to Graph or the sign-in service, or no answer in time.
        public static let unreachable = Code(name: "unreachable")
        /// The sign-in service refused the credentials.
        public static let credentialRefused = Code(name: "credentialRefused")
        /// Graph refused the request as it is; asking again will not help.
        public static let requestRefused = Code(name: "requestRefused")
        /// Graph could not reach the notification URL, or did not get its token back.
        public static let validationFailed = Code(name: "validationFailed")
        /// Graph does not know the object, or no longer.
        public static let notFound = Code(name: "notFound")
        /// The same subscription exists already.
        public static let alreadyExists = Code(name: "alreadyExists")
        /// Graph asks to wait.
        public static let throttled = Code(name: "throttled")
        /// Graph failed; it may work later.
        public static let serviceFailed = Code(name: "serviceFailed")
        /// Graph was not asked, because it failed so often lately.
        public static let suspended = Code(name: "suspended")
        /// A declaration that Graph would refuse, found before asking.
        public static let invalidDeclaration = Code(name: "invalidDeclaration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and, where it helps, what to do.
    public var message: String
    /// The HTTP status that Graph answered, if it did.
    public var status: Int?
    /// Graph's own error code, for example `ExtensionError`.
    public var graphCode: String?
    /// How long Graph asked to wait.
    public var retryAfter: Duration?
    /// Where Graph says to go instead, for example when a delta link is worth nothing any more.
    public var location: String?
    /// Graph's id of the request, which Microsoft's support asks for.
    public var requestID: String?
    /// This program's id of the request, which Graph keeps as well.
    public var clientRequestID: String?
    /// What caused it. For logs; it does not appear in the description.
    public var cause: (any Error)?

    public init(
        _ code: Code, _ message: String, status: Int? = nil, graphCode: String? = nil, retryAfter: Duration? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.graphCode = graphCode
        self.retryAfter = retryAfter
        self.cause = cause
    }

    public var description: String { self.message }
}
