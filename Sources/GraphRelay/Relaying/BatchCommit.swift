import NIOCore

/// How one batch gets into the log, decided without log or clock.
///
/// Each event returns the one thing to do next. A store that fails is asked again for ever: nothing is lost while it does,
/// the queue keeps everything. An outcome that the store refuses for its own sake, or that fails although the store takes
/// others, is halved until the item is found that is to blame; that becomes a dead letter, and the rest goes on.
struct BatchCommit {
    enum Action {
        /// Append this to the log.
        case append(RelayOutcome)
        /// See whether the store takes anything at all.
        case probe
        /// Wait, longer with each failure.
        case wait(failures: Int)
        /// All of it is in the log.
        case finished
    }

    private struct Piece {
        var decisions: ArraySlice<RelayBatch.Decision>
        var settled: [Int64]
        var burial: Burial?
    }

    /// How the only item of a piece is put aside.
    private enum Burial {
        case withItem
        /// The store would not even keep its bytes.
        case withoutItem
    }

    private let maximumAttempts: Int
    /// What is not in the log yet; the last comes first.
    private var pieces: [Piece]
    /// How often in a row the first piece failed.
    private var failures = 0
    /// Whether the store took something else since the first piece failed last.
    private var isSuspect = false

    init(_ batch: RelayBatch, maximumAttempts: Int) {
        self.maximumAttempts = maximumAttempts
        self.pieces = [Piece(decisions: batch.decisions[...], settled: batch.settled)]
    }

    // MARK: - Events

    func start() -> Action { self.next() }

    /// The log took the outcome.
    mutating func appended() -> Action {
        self.pieces.removeLast()
        self.forget()
        return self.next()
    }

    /// The log did not take the outcome.
    ///
    /// - Parameter isRetryable: Whether it may do so later.
    mutating func failed(isRetryable: Bool) -> Action {
        self.failures += 1
        if !isRetryable || self.isSuspect { return self.refused() }
        // The store failed while the item was being put aside: it gets another chance when the store works again.
        self.pieces[self.pieces.count - 1].burial = nil
        return .wait(failures: self.failures)
    }

    /// The time to wait is over.
    func waited() -> Action {
        self.failures < self.maximumAttempts ? self.next() : .probe
    }

    /// The store took something else, or did not.
    mutating func probed(_ isWorking: Bool) -> Action {
        self.isSuspect = isWorking
        if isWorking { return self.next() }
        self.failures += 1
        return .wait(failures: self.failures)
    }

    // MARK: - Decisions

    private func next() -> Action {
        guard let piece = self.pieces.last else { return .finished }
        guard let burial = piece.burial, var decision = piece.decisions.first else {
            return .append(RelayOutcome(piece.decisions, settled: piece.settled))
        }
        if burial == .withoutItem { decision.item = ByteBuffer() }
        decision.fate = .deadLetter(.attemptsExhausted, detail: "The store did not take what was made of it.")
        return .append(RelayOutcome([decision], settled: piece.settled))
    }

    /// The first piece is to blame, and not the store.
    private mutating func refused() -> Action {
        let last = self.pieces.count - 1
        let piece = self.pieces[last]
        guard piece.decisions.count <= 1 else {
            self.forget()
            let middle = piece.decisions.startIndex + piece.decisions.count / 2
            // Entries are settled with the last of what they brought.
            self.pieces[last] = Piece(decisions: piece.decisions[middle...], settled: piece.settled)
            self.pieces.append(Piece(decisions: piece.decisions[..<middle], settled: []))
            return self.next()
        }
        self.isSuspect = false
        guard !piece.decisions.isEmpty, piece.burial != .withoutItem else { return .wait(failures: self.failures) }
        self.pieces[last].burial = piece.burial == nil ? .withItem : .withoutItem
        return self.next()
    }

    private mutating func forget() {
        self.failures = 0
        self.isSuspect = false
    }
}
