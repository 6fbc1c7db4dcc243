/// What is remembered of something that has left a place, for those who ask what has changed.
struct Tombstone: Sendable, Equatable, Codable {
    let id: String
    let immutableID: String?
    /// Where it lay.
    let container: String?
    /// The time it took, if it was an event, in milliseconds since 1970.
    let span: Range<Int64>?
    /// The number of the change, and when that was, in milliseconds since 1970.
    let change: Int
    let at: Int64
    /// Whether it is gone for good, or only moved away or restorable.
    let isFinal: Bool
}
