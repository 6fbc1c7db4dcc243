/// The keys of this module's log metadata.
extension String {
    static let attempts = "graph.emulator.attempts"
    static let count = "graph.emulator.count"
    static let error = "error"
    static let outcome = "graph.emulator.outcome"
}
