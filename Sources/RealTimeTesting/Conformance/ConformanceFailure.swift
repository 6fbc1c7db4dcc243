/// A promise that is not kept.
public struct ConformanceFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was expected and what was found, in one sentence.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless two values are equal.
func demand<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws(ConformanceFailure) {
    guard found != expected else { return }
    throw ConformanceFailure("\(what) should be \(expected), and is \(found).")
}

/// Throws unless `body` throws what it should.
func demandError(_ what: String, _ body: () async throws -> Void, isExpected: (any Error) -> Bool) async throws {
    do {
        try await body()
    } catch {
        guard isExpected(error) else { throw ConformanceFailure("\(what) should not fail with: \(error)") }
        return
    }
    throw ConformanceFailure("\(what) should fail, and does not.")
}
