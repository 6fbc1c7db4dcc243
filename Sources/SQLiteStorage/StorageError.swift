/// Why the storage cannot be opened, or refused to do something.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New ones may be added.
    public struct Code: Sendable, Hashable {
        let name: String

        /// Another process has the file open.
        public static let inUse = Code(name: "inUse")
        /// The path cannot be read, written or created.
        public static let inaccessible = Code(name: "inaccessible")
        /// The file is not a database of Tidings.
        public static let notADatabase = Code(name: "notADatabase")
        /// A newer version of Tidings wrote the file.
        public static let newerSchema = Code(name: "newerSchema")
        /// There is no space left.
        public static let full = Code(name: "full")
        /// More waits to be written than may.
        public static let overloaded = Code(name: "overloaded")
        /// What was to be written is wrong in itself; trying again is in vain.
        public static let refused = Code(name: "refused")
        /// The storage was closed.
        public static let closed = Code(name: "closed")
        /// Something else failed while reading or writing.
        public static let failed = Code(name: "failed")
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

    public var description: String { self.message }
}
