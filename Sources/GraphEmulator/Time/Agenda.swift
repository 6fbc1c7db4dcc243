import HeapModule

/// Whose turn is when, each at most once: by the moment, and those of one moment in the order in which that was set.
struct Agenda<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable, Comparable {
        var moment: Int64
        var number: Int
        var key: Key

        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
        static func < (left: Entry, right: Entry) -> Bool {
            (left.moment, left.number) < (right.moment, right.number)
        }
    }

    /// Also holds entries that count no more, until they come up or are too many.
    private var heap = Heap<Entry>()
    private var current: [Key: Entry] = [:]
    private var lastNumber = 0

    /// When this one's turn is.
    subscript(key: Key) -> Int64? { self.current[key]?.moment }

    /// Puts it at this moment, wherever it was before.
    mutating func set(_ key: Key, at moment: Int64) {
        guard self.current[key]?.moment != moment else { return }
        self.lastNumber += 1
        let entry = Entry(moment: moment, number: self.lastNumber, key: key)
        self.current[key] = entry
        self.heap.insert(entry)
        if self.heap.count > 2 * self.current.count + 64 { self.heap = Heap(self.current.values) }
    }

    mutating func remove(_ key: Key) { self.current[key] = nil }

    mutating func removeAll() {
        self.heap = Heap()
        self.current = [:]
    }

    /// When the next turn is.
    var next: Int64? {
        mutating get {
            while let first = self.heap.min, self.current[first.key] != first { self.heap.removeMin() }
            return self.heap.min?.moment
        }
    }

    /// Takes out the next one whose turn is by `now`.
    mutating func pop(by now: Int64) -> Key? {
        guard let next = self.next, next <= now, let entry = self.heap.popMin() else { return nil }
        self.current[entry.key] = nil
        return entry.key
    }
}
