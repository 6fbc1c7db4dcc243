import DequeModule

/// The newest elements of a numbered sequence, as many as fit into a number of bytes.
///
/// It spares the store most reads: those who follow closely ask for what was written a moment ago. Positions grow by one
/// from element to element; one that does not fit begins the ring anew.
package struct RecentRing<Element: Sendable>: Sendable {
    private struct Slot: Sendable {
        /// `nil` when it was removed before its turn.
        var element: Element?
        var size: Int
    }

    private var slots = Deque<Slot>()
    /// The position of the first slot, or of the one that comes next.
    private var first: Int64
    private var bytes = 0
    private let maximumBytes: Int

    /// - Parameters:
    ///   - next: The position that will come next.
    ///   - maximumBytes: How much it may hold, by the sizes given with the elements.
    package init(next: Int64, maximumBytes: Int) {
        self.first = next
        self.maximumBytes = maximumBytes
    }

    /// The position behind the last element.
    private var end: Int64 { self.first + Int64(self.slots.count) }

    /// How many positions it covers.
    package var count: Int { self.slots.count }

    /// Adds the element at `position`, and forgets the oldest while there is too much.
    package mutating func append(_ element: Element, at position: Int64, size: Int) {
        if position != self.end {
            self.slots.removeAll(keepingCapacity: true)
            self.bytes = 0
            self.first = position
        }
        self.slots.append(Slot(element: element, size: size))
        self.bytes += size
        while self.bytes > self.maximumBytes { self.dropFirst() }
    }

    /// Forgets one element; the ring still knows that there is nothing at its position.
    package mutating func remove(at position: Int64) {
        guard position >= self.first, position < self.end else { return }
        let index = Int(position - self.first)
        self.bytes -= self.slots[index].size
        self.slots[index] = Slot(element: nil, size: 0)
        while let slot = self.slots.first, slot.element == nil { self.dropFirst() }
    }

    /// Forgets everything up to `position`.
    package mutating func remove(through position: Int64) {
        while !self.slots.isEmpty, self.first <= position { self.dropFirst() }
    }

    /// The elements behind `position`, oldest first.
    ///
    /// - Returns: `nil` if the ring does not reach back that far.
    package func elements(after position: Int64, limit: Int) -> [Element]? {
        guard position >= self.first - 1 else { return nil }
        guard position < self.end else { return [] }
        var result: [Element] = []
        var index = Int(position + 1 - self.first)
        result.reserveCapacity(min(limit, self.slots.count - index))
        while index < self.slots.count, result.count < limit {
            if let element = self.slots[index].element { result.append(element) }
            index += 1
        }
        return result
    }

    private mutating func dropFirst() {
        self.bytes -= self.slots.removeFirst().size
        self.first += 1
    }
}
