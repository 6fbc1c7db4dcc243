/// How far the changes of something have been read.
public struct DeltaPosition: Sendable, Equatable {
    /// The part of the resource it is about: a folder, where each has changes of its own; empty otherwise.
    public var scope: String
    /// The resource, as it was declared: the position is worth nothing for another one.
    public var resource: String
    /// Where to go on. Whoever has it and a token of the application can read what has changed: it is never logged.
    public var link: String
    /// What happened before this moment, in milliseconds since 1970, has been read.
    public var since: Int64
    /// When the first request of all was made, from which the link comes.
    public var beganAt: Int64
    /// When the round that is under way began; `nil` between two rounds.
    public var startedAt: Int64?
    /// Only what was modified from this moment on is of interest in the round that is under way; `nil` if all is, and
    /// `Int64.max` if nothing is.
    public var floor: Int64?

    public init(
        scope: String = "", resource: String, link: String, since: Int64, beganAt: Int64, startedAt: Int64? = nil,
        floor: Int64? = nil
    ) {
        self.scope = scope
        self.resource = resource
        self.link = link
        self.since = since
        self.beganAt = beganAt
        self.startedAt = startedAt
        self.floor = floor
    }

    /// A walk through everything that is there, of which nothing is of interest.
    public static let nothing = Int64.max
}

extension DeltaPosition: CustomStringConvertible {
    public var description: String { "DeltaPosition(\(self.resource), since \(self.since))" }
}
