/// Why a caller is not let in, or an authenticator cannot work.
///
/// A description never contains a token or a key.
public struct JWTAuthenticationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The request carries no bearer token.
        public static let missingToken = Code(name: "missingToken")
        /// It is not a signed token, or not one that can be understood.
        public static let malformedToken = Code(name: "malformedToken")
        /// It is signed in a way that is not accepted.
        public static let unacceptableAlgorithm = Code(name: "unacceptableAlgorithm")
        /// Its key is not among those of the issuer.
        public static let unknownKey = Code(name: "unknownKey")
        /// The signature is wrong.
        public static let invalidSignature = Code(name: "invalidSignature")
        /// Its time has passed.
        public static let expired = Code(name: "expired")
        /// Its time has not come.
        public static let notYetValid = Code(name: "notYetValid")
        /// Somebody else issued it.
        public static let wrongIssuer = Code(name: "wrongIssuer")
        /// It was issued for somebody else.
        public static let wrongAudience = Code(name: "wrongAudience")
        /// It lacks a claim, or a scope, that is required.
        public static let missingClaim = Code(name: "missingClaim")
        /// The keys of the issuer cannot be had at the moment.
        public static let keysUnavailable = Code(name: "keysUnavailable")
        /// The authenticator was asked for something that cannot be, or would not be safe.
        public static let invalidConfiguration = Code(name: "invalidConfiguration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and, where it helps, what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }
}
