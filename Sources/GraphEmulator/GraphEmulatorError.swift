/// Why the emulator does not start.
///
/// The plain port that is already in use is not among them: that is NIO's own `IOError`, which passes through.
public struct GraphEmulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The host is not an address of this machine only.
        public static let hostNotLoopback = Code(name: "hostNotLoopback")
        /// A certificate or a key for TLS cannot be read.
        public static let invalidCertificate = Code(name: "invalidCertificate")
        /// The port for TLS cannot be opened.
        public static let portUnavailable = Code(name: "portUnavailable")
        /// The seed cannot be read, or it makes no sense: no users, two of the same id, a certificate that is none.
        public static let invalidSeed = Code(name: "invalidSeed")
        /// A fault that could never happen, or one too many.
        public static let invalidFault = Code(name: "invalidFault")
        /// No subscription of that id lives.
        public static let unknownSubscription = Code(name: "unknownSubscription")
        /// No tenant has that id or name.
        public static let unknownTenant = Code(name: "unknownTenant")
        /// No application has that id or name.
        public static let unknownApplication = Code(name: "unknownApplication")
        /// There is no permission of that name.
        public static let unknownPermission = Code(name: "unknownPermission")
        /// The clock goes by itself, and cannot be moved by hand.
        public static let clockNotStepped = Code(name: "clockNotStepped")
        /// The clock cannot be told to go otherwise.
        public static let clockNotSwitched = Code(name: "clockNotSwitched")
        /// What was kept of another emulator cannot be read, or is of another version.
        public static let invalidSnapshot = Code(name: "invalidSnapshot")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Says where a seed is wrong.
    ///
    /// - Parameter error: What a decoder threw.
    public static func unreadableSeed(_ error: any Error) -> GraphEmulatorError {
        let place = (error as? DecodingError)?.place ?? "it is not written as it should be."
        return GraphEmulatorError(.invalidSeed, "The seed cannot be read: \(place)")
    }

    public var description: String { self.message }
}
