/// One promise, and how to try whether somebody keeps it.
///
/// ```swift
/// @Test(arguments: NotificationQueueConformance.checks)
/// func keepsItsPromises(_ check: ConformanceCheck<NotificationQueueConformance>) async throws {
///     try await check.run(on: NotificationQueueConformance { … })
/// }
/// ```
public struct ConformanceCheck<Subject: Sendable>: Sendable, CustomStringConvertible {
    /// What is promised, in a few words.
    public let name: String
    private let body: @Sendable (Subject) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Subject) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// Tries it.
    ///
    /// - Throws: ``ConformanceFailure`` if the promise is not kept; what the subject itself throws.
    public func run(on subject: Subject) async throws {
        try await self.body(subject)
    }

    public var description: String { self.name }
}
