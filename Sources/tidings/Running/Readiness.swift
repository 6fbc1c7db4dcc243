import GraphRelay

/// What must have happened before the program does all it promises.
final class Readiness: Sendable {
    enum Part: String, Sendable, CaseIterable {
        /// The relay's port is open.
        case listener
        /// The emulator's port is open.
        case emulator
        /// The declared subscriptions are live.
        case subscriptions
        /// The user has been told.
        case announcement
    }

    private let parts: [(part: Part, signal: PositionSignal)]

    init(of parts: [Part]) {
        self.parts = parts.map { ($0, PositionSignal(position: 0)) }
    }

    /// What has not happened yet, in order.
    var missing: [Part] { self.parts.filter { $0.signal.position == 0 }.map(\.part) }

    /// Notes that something happened. It happens once, and is not taken back.
    func reached(_ part: Part) {
        for (known, signal) in self.parts where known == part { signal.advance(to: 1) }
    }

    /// Suspends until something has happened, or the task is cancelled. A part that is not waited for has happened.
    func wait(for part: Part) async {
        for (known, signal) in self.parts where known == part { await signal.wait(after: 0) }
    }
}
