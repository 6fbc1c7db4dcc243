/// Why the emulator does not start.
///
/// A port that is already in use is not among them: that is NIO's own `IOError`, which passes through.
public struct GraphEmulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The host is not an address of this machine only.
        public static let hostNotLoopback = Code(name: "hostNotLoopback")
        /// The company has no users, or two of the same id or name.
        public static let invalidCompany = Code(name: "invalidCompany")
        /// A fault that could never happen, or one too many.
        public static let invalidFault = Code(name: "invalidFault")
        /// No subscription of that id lives.
        public static let unknownSubscription = Code(name: "unknownSubscription")
        /// The clock goes by itself, and cannot be moved by hand.
        public static let clockNotStepped = Code(name: "clockNotStepped")
    }

    /// What kind of failure it is.
    public var code: Code
    /// One sentence: what happened and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { self.message }
}
