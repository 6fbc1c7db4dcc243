/// A place in the update log: everything up to and including `offset` has been seen.
///
/// Its text form is `epoch-offset`. The epoch is made when a log is created; a cursor of another epoch belongs to a log
/// that is gone.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// The log it belongs to: letters and digits, without a hyphen.
    public var epoch: String
    /// The offset of the last update that was seen; 0 before the first.
    public var offset: Int64

    public init(epoch: String, offset: Int64) {
        self.epoch = epoch
        self.offset = offset
    }

    /// Reads the text form.
    ///
    /// - Returns: `nil` if the text is not a cursor.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, let offset = Int64(parts[1]), offset >= 0
        else { return nil }
        self.init(epoch: String(parts[0]), offset: offset)
    }

    public var description: String { "\(self.epoch)-\(self.offset)" }
}
