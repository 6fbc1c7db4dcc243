/// Bytes from a peer that are not what the hub protocol allows.
///
/// The description is the text that ASP.NET Core uses, since clients' developers search for it. It never contains payload.
public struct HubProtocolError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public struct Code: Sendable, Hashable {
        let name: String
        /// The record is not a message at all: the connection must end.
        public static let invalidMessage = Code(name: "invalidMessage")
        /// A record is longer than the limit: the connection must end.
        public static let messageTooLarge = Code(name: "messageTooLarge")
        /// Arguments do not fit the method: the invocation fails, the connection stays.
        public static let invalidArguments = Code(name: "invalidArguments")
    }

    /// What is wrong.
    public let code: Code
    /// One sentence in the words of ASP.NET Core.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }

    static func missing(_ property: String) -> HubProtocolError {
        HubProtocolError(.invalidMessage, "Missing required property '\(property)'.")
    }

    static func wrongType(_ property: String, _ type: String) -> HubProtocolError {
        HubProtocolError(.invalidMessage, "Expected '\(property)' to be of type \(type).")
    }

    static let unreadable = HubProtocolError(.invalidMessage, "Error reading JSON.")

    static let bindingFailed = HubProtocolError(
        .invalidArguments,
        "Error binding arguments. Make sure that the types of the provided values match the types of the hub method"
            + " being invoked."
    )

    static func tooLarge(limit: Int) -> HubProtocolError {
        HubProtocolError(
            .messageTooLarge,
            "The maximum message size of \(limit)B was exceeded. The message size can be configured in AddHubOptions."
        )
    }
}
