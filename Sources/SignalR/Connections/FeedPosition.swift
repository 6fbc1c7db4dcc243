/// How far one connection has come in a feed of numbered messages: each at most once, and pausable.
struct FeedPosition {
    private static let none = Int64.min

    private var position = Self.none
    /// The highest number that was held back since the pause.
    private var missed = Self.none
    private(set) var isPaused = false

    /// What a connection gets of a run of messages.
    enum Share: Equatable {
        case everything
        case nothing
        /// Those with a higher number than this.
        case behind(Int64)
    }

    /// Messages are to be sent whose numbers rise from `first` to `last`.
    mutating func share(from first: Int64, to last: Int64) -> Share {
        if self.isPaused {
            self.missed = max(self.missed, last)
            return .nothing
        }
        let position = self.position
        guard position < last else { return .nothing }
        self.position = last
        return position < first ? .everything : .behind(position)
    }

    /// Holds back everything from now on.
    ///
    /// - Returns: The number of the last message that was sent; `nil` if there was none.
    mutating func pause() -> Int64? {
        if !self.isPaused {
            self.isPaused = true
            self.missed = Self.none
        }
        return self.position == Self.none ? nil : self.position
    }

    /// Goes on behind `position`, unless something behind it was held back.
    mutating func resume(from position: Int64) -> Bool {
        guard self.missed <= position else { return false }
        self.position = position
        self.isPaused = false
        return true
    }
}
