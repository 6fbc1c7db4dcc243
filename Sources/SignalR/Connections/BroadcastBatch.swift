import NIOCore

/// Messages that arrived together on an event loop, laid out one behind the other, with whom each part is for.
///
/// Neighbours for the same connections make one run, so that each of those gets them with one write.
struct BroadcastBatch {
    /// A part of the bytes, and whom it is for.
    struct Run {
        var groups: [HubGroup] = []
        var connections: [HubConnection] = []
        var excluded: [HubConnection] = []
        fileprivate(set) var start = 0
        fileprivate(set) var end = 0
        fileprivate(set) var messages = 1
        /// The numbers of its messages in their feed, as a part of `steps`; empty for plain messages.
        fileprivate(set) var steps = 0..<0

        /// Whether nobody on this event loop is meant.
        var isEmpty: Bool { self.groups.isEmpty && self.connections.isEmpty }

        /// Whether somebody might be met twice.
        var needsMarks: Bool { self.groups.count + self.connections.count > 1 || !self.excluded.isEmpty }

        /// The group whose members are meant, all of them and whatever they have had, if it is so.
        var onlyGroup: HubGroup? {
            self.groups.count == 1 && self.connections.isEmpty && self.excluded.isEmpty && self.steps.isEmpty
                ? self.groups[0] : nil
        }

        fileprivate func reachesTheSame(as other: Run) -> Bool {
            self.connections.isEmpty && other.connections.isEmpty && self.excluded.isEmpty && other.excluded.isEmpty
                && self.groups.elementsEqual(other.groups) { $0 === $1 }
        }
    }

    /// Where a numbered message begins.
    struct Step {
        let number: Int64
        let start: Int
    }

    private static let keptCapacity = 1 << 20

    private(set) var runs: [Run] = []
    private(set) var steps: [Step] = []
    /// The only message so far: it is not copied.
    private var only: ByteBuffer?
    /// All messages, once there are several. Kept from batch to batch for its storage.
    private var storage = ByteBuffer()

    var isEmpty: Bool { self.runs.isEmpty }

    /// The size of all messages in bytes.
    var size: Int { self.runs.last?.end ?? 0 }

    /// All messages.
    var bytes: ByteBuffer { self.only ?? self.storage }

    /// Adds a message.
    ///
    /// - Parameters:
    ///   - frame: Its bytes.
    ///   - number: Its number in a feed, if it has one.
    ///   - run: Whom it is for.
    mutating func add(_ frame: ByteBuffer, number: Int64?, for run: Run) {
        var run = run
        run.start = self.size
        run.end = run.start + frame.readableBytes
        if self.runs.isEmpty {
            self.only = frame
        } else {
            if let only = self.only {
                self.only = nil
                self.storage.clear()
                self.storage.writeImmutableBuffer(only)
            }
            self.storage.writeImmutableBuffer(frame)
        }
        run.steps = self.steps.count..<self.steps.count
        if let number {
            self.steps.append(Step(number: number, start: run.start))
            run.steps = run.steps.lowerBound..<self.steps.count
        }
        guard let last = self.runs.last, self.continues(last, with: run) else {
            self.runs.append(run)
            return
        }
        self.runs[self.runs.count - 1].end = run.end
        self.runs[self.runs.count - 1].messages += 1
        self.runs[self.runs.count - 1].steps = last.steps.lowerBound..<run.steps.upperBound
    }

    private func continues(_ last: Run, with run: Run) -> Bool {
        guard last.reachesTheSame(as: run), last.steps.isEmpty == run.steps.isEmpty else { return false }
        guard let number = self.steps[run.steps].first?.number, let lastNumber = self.steps[last.steps].last?.number else {
            return true
        }
        // Numbers within a run rise, so that what a connection has had is the beginning of it.
        return lastNumber < number
    }

    /// Where the messages of `run` begin that have a higher number than `position`, and how many they are.
    func part(of run: Run, behind position: Int64) -> (start: Int, messages: Int) {
        let steps = self.steps[run.steps]
        let first = steps.firstIndex { $0.number > position } ?? steps.endIndex
        return first == steps.endIndex ? (run.end, 0) : (steps[first].start, steps.endIndex - first)
    }

    /// Forgets everything but some storage.
    mutating func clear() {
        self.runs.removeAll(keepingCapacity: true)
        self.steps.removeAll(keepingCapacity: true)
        self.only = nil
        if self.storage.capacity > Self.keptCapacity { self.storage = ByteBuffer() } else { self.storage.clear() }
    }
}
