/// Something that is to go wrong: where, what, how often.
///
/// ```swift
/// // The subscription is created, but the caller hears 504, once.
/// Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504), count: 1)
/// // Every tenth notification comes twice.
/// Fault(.deliveries, .duplicate, probability: 0.1)
/// ```
///
/// All faults whose place fits apply, in the order in which they were set.
public struct Fault: Sendable, Equatable {
    /// Where it happens.
    public var place: Place
    /// What happens.
    public var effect: Effect
    /// How likely it is each time, 0 to 1.
    public var probability: Double
    /// How often it happens before it is over; `nil`: until it is removed.
    public var count: Int?

    public init(_ place: Place, _ effect: Effect, probability: Double = 1, count: Int? = nil) {
        self.place = place
        self.effect = effect
        self.probability = probability
        self.count = count
    }

    /// Where a fault happens.
    public enum Place: Sendable, Equatable {
        /// Requests to Graph that fit a pattern: a method and a path, or only a path, in which `*` stands for one segment
        /// and `**`, at the end, for any that follow: `GET /v1.0/users/*/messages`, `/v1.0/**`.
        case route(String)
        /// What is sent for the subscription of this id, lifecycle notifications included.
        case subscription(String)
        /// What is sent to this URL, whatever its query.
        case endpoint(String)
        /// Whatever is sent.
        case deliveries
    }

    /// What happens.
    public enum Effect: Sendable, Equatable {
        /// A request is answered with this status instead. A notification is not sent, and its receiver taken to have
        /// answered this.
        case status(Int, retryAfter: RetryAfter = .none)
        /// A request is answered so much later. A notification is sent so much later.
        case delay(Duration)
        /// A request is not answered while its caller is likely to wait, and not carried out. A notification is sent, but its
        /// receiver's answer is taken to come too late: it is sent again.
        case timeout
        /// The answer to a request breaks off after its head, and the request is not carried out. A notification is lost, and
        /// nobody is told.
        case drop

        /// A request is carried out and then answered with this status. Only for requests.
        case doneButStatus(Int, retryAfter: RetryAfter = .none)

        /// The receiver is taken to have answered after this long, if it was not slower. Only for deliveries, as are all
        /// that follow.
        case slowAnswer(Duration)
        /// The notification is sent twice.
        case duplicate
        /// The notification is sent after the next one to the same URL, or after a second.
        case reorder
        /// The notification is lost, and the lifecycle notification `missed` says so, where there is one.
        case missed
        /// The notification is lost, and so is its subscription: `subscriptionRemoved`, where there is such a thing.
        case removal
        /// The encrypted content is wrong.
        case content(ContentFlaw)
        /// The validation tokens of the `POST` are wrong.
        case tokens(TokenFlaw)
    }

    /// What a refused request says about when to come again.
    public enum RetryAfter: Sendable, Equatable {
        case none
        case seconds(Int)
        /// With three digits behind the point.
        case decimal(Double)
        /// As a date, so many seconds from now.
        case date(Int)
    }

    /// What is wrong with encrypted content.
    public enum ContentFlaw: String, Sendable, CaseIterable {
        /// The signature is of something else.
        case wrongSignature
        /// There is no signature.
        case withoutSignature
        /// The content was changed after it was signed, so that its padding is wrong too.
        case tampered
        /// The key cannot be opened with the private key of the certificate.
        case wrongKey
        /// The key is encrypted with OAEP and SHA-256, where Graph uses SHA-1.
        case wrongKeyPadding
        /// The key has 16 bytes: everything else fits, with AES-128.
        case shortKey
        /// The id and the thumbprint are those of a certificate that nobody knows.
        case unknownCertificate
        /// Nobody knows the id. The thumbprint is right, so that a receiver can find the key all the same.
        case unknownCertificateID
        /// The last bytes are missing, under a signature that fits.
        case truncated
        /// What fills the last block is wrong, under a signature that fits.
        case wrongPadding
        /// What was encrypted is not JSON.
        case notJSON
        /// What was encrypted would be JSON, were its text UTF-8.
        case notUTF8
    }

    /// What is wrong with validation tokens.
    public enum TokenFlaw: String, Sendable, CaseIterable {
        case expired
        /// Valid from tomorrow on.
        case notYetValid
        /// Valid for ever: there is no `exp`.
        case withoutExpiry
        /// For another application.
        case wrongAudience
        /// From another application than the one that publishes notifications.
        case wrongPublisher
        /// It does not say from which application.
        case withoutPublisher
        /// The publisher is named where tokens of the other version name it.
        case publisherInOtherClaim
        /// From another tenant.
        case wrongTenant
        /// Issued by the directory of another tenant than the one it names.
        case issuerOfAnotherTenant
        /// Issued by somebody who is not Microsoft Entra.
        case unknownIssuer
        /// The signature is of something else.
        case wrongSignature
        /// Signed with a key that is not published.
        case unknownKey
        /// Not signed, and says so: `alg` is `none`.
        case algorithmNone
        /// Signed with HS256; the secret is the published key, which everybody knows.
        case symmetricAlgorithm
        /// Signed with the right key, but with PS256.
        case otherAlgorithm
        /// There is no `validationTokens`.
        case missing
        /// The token for the last application and tenant is not among them.
        case incomplete
        /// `validationTokens` is `null`, and nothing is encrypted: the application is not set up for it.
        case null
    }
}
