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
