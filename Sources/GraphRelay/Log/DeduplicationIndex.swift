import DequeModule

/// Remembers which changes were appended, for as long as their keys count.
///
/// It decides in memory. A durable log keeps what was decided, and fills it anew when it opens.
package struct DeduplicationIndex: Sendable {
    /// The 128 bits of a key.
    package struct Digest: Hashable, Sendable {
        package var high: UInt64
        package var low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// One appearance of a key that was not a duplicate.
    package struct Appearance: Equatable, Sendable {
        /// Which key.
        package var digest: Digest
        /// The offset of the update it came with.
        package var offset: Int64
        /// When the notification was received, in milliseconds since 1970.
        package var seenAt: Int64
        /// When the key's window ends.
        package var expiresAt: Int64

        /// The appearance of a key at a moment, in milliseconds since 1970.
        package init(of key: DeduplicationKey, offset: Int64, seenAt: Int64) {
            self.init(
                digest: Digest(high: key.high, low: key.low), offset: offset, seenAt: seenAt,
                expiresAt: seenAt + key.retention.milliseconds
            )
        }

        package init(digest: Digest, offset: Int64, seenAt: Int64, expiresAt: Int64) {
            self.digest = digest
            self.offset = offset
            self.seenAt = seenAt
            self.expiresAt = expiresAt
        }
    }

    /// Entries may be handled up to this much later than those behind them, because they were held.
    package static let slack: Int64 = 120_000

    /// When each digest was last seen for the first time.
    private var latest: [Digest: Int64] = [:]
    /// Earlier first times of the few digests that have several.
    private var earlier: [Digest: [Int64]] = [:]
    /// When anything with this first half of a digest was seen last.
    private var objects: [UInt64: Int64] = [:]
    /// Every appearance that counts, in the order of the log.
    private var order = Deque<Appearance>()
    /// The latest moment that was seen. Keys grow old by the notifications, not by the clock: when the relay was down
    /// for an hour, the duplicates of an hour ago are still ahead of it.
    private var highWater = Int64.min
    private let maximumCount: Int

    /// - Parameter maximumCount: How many appearances count; beyond that the oldest are forgotten early.
    package init(maximumCount: Int) {
        self.maximumCount = maximumCount
    }

    /// How many appearances count.
    package var count: Int { self.order.count }

    /// The offset of the oldest appearance that counts.
    package var oldestOffset: Int64? { self.order.first?.offset }

    /// Whether a change with this key, seen at `moment`, was seen before.
    package func isDuplicate(_ key: DeduplicationKey, at moment: Int64) -> Bool {
        let window = key.window.milliseconds
        if self.contains(Digest(high: key.high, low: key.low), at: moment, window: window) { return true }
        guard key.matchesAnyVersion, let seenAt = self.objects[key.high] else { return false }
        return abs(moment - seenAt) < window
    }

    /// Whether a key seen at `moment` was seen before, within its window.
    package func contains(_ digest: Digest, at moment: Int64, window: Int64) -> Bool {
        guard let latest = self.latest[digest] else { return false }
        if abs(moment - latest) < window { return true }
        guard let earlier = self.earlier[digest] else { return false }
        return earlier.contains { abs(moment - $0) < window }
    }

    /// Adds an appearance.
    package mutating func add(_ appearance: Appearance) {
        if let previous = self.latest.updateValue(appearance.seenAt, forKey: appearance.digest) {
            self.earlier[appearance.digest, default: []].append(previous)
        }
        self.objects[appearance.digest.high] = appearance.seenAt
        self.order.append(appearance)
        self.highWater = max(self.highWater, appearance.seenAt)
    }

    /// Takes back the last `count` appearances: their transaction failed.
    package mutating func removeLast(_ count: Int) {
        for _ in 0..<count {
            let appearance = self.order.removeLast()
            let digest = appearance.digest
            self.forget(appearance)
            if var earlier = self.earlier[digest] {
                self.latest[digest] = earlier.removeLast()
                self.earlier[digest] = earlier.isEmpty ? nil : earlier
            } else {
                self.latest[digest] = nil
            }
        }
    }

    /// Forgets what no longer counts.
    package mutating func expire() {
        while let oldest = self.order.first,
            self.order.count > self.maximumCount || oldest.expiresAt + Self.slack < self.highWater
        {
            self.order.removeFirst()
            self.forget(oldest)
            if var earlier = self.earlier[oldest.digest] {
                earlier.removeFirst()
                self.earlier[oldest.digest] = earlier.isEmpty ? nil : earlier
            } else {
                self.latest[oldest.digest] = nil
            }
        }
    }

    /// An earlier one of the same object that counts still is forgotten with it: what may be told twice is better than what is not
    /// told.
    private mutating func forget(_ appearance: Appearance) {
        let high = appearance.digest.high
        if self.objects[high] == appearance.seenAt { self.objects[high] = nil }
    }
}
