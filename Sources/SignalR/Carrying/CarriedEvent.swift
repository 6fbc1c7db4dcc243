package import NIOCore

/// Something that happens to a connection whose bytes somebody else carries.
package enum CarriedEvent: Sendable {
    /// Whole records for the client. They count as waiting until ``CarriedConnection/taken(_:)`` says otherwise.
    case records(ByteBuffer)
    /// Nothing is left of the connection.
    case ended
}
