/// Why a rich notification is not believed, or cannot be opened.
///
/// A description never contains content, a token or a key.
public struct ContentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// There is no validation token for the application and tenant of an item.
        public static let tokenMissing = Code(name: "tokenMissing")
        /// A validation token is not what Microsoft Graph would send.
        public static let tokenRefused = Code(name: "tokenRefused")
        /// The keys that validation tokens are checked with cannot be had at the moment.
        public static let keysUnavailable = Code(name: "keysUnavailable")
        /// It was sealed for a certificate whose private key is not here.
        public static let unknownCertificate = Code(name: "unknownCertificate")
        /// The private key does not open the item's key.
        public static let wrongKey = Code(name: "wrongKey")
        /// The content was changed on its way, or sealed by somebody else.
        public static let signatureMismatch = Code(name: "signatureMismatch")
        /// What is inside is not a resource in JSON, or not sealed as Graph does.
        public static let unreadable = Code(name: "unreadable")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and, where it helps, what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same notification may be opened later, without anybody changing anything.
    public var isRetryable: Bool { self.code == .keysUnavailable }

    public var description: String { self.message }
}
