import ArgumentParser
import Foundation
import GraphEmulator
import GraphNotifications
import NIOCore

/// How many encrypted notifications are verified and opened in a second.
struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verifies and opens notifications (RSA with 2048 bits), on one thread and on all."
    )

    @Option(help: "Seconds for each measurement.") var seconds = 3
    @Option(help: "How many different bodies are opened in turn.") var bodies = 100

    func run() async throws {
        let new = try NewCertificate(name: Source.certificateName)
        let key = try DecryptionKey(
            id: Source.certificateName, certificatePEM: new.certificatePEM, privateKeyPEM: new.privateKeyPEM
        )
        let (seconds, count) = (self.seconds, self.bodies)
        try await Source.with { source in
            try await source.subscribe(key)
            let captured = try await source.bodies(count, of: Source.richResource)
            let rules = ValidationTokenRules(
                applicationIDs: [Source.application.id], tenantIDs: [Source.tenant.id]
            )
            let opener = NotificationOpener(
                keys: DecryptionKeys([key]), tokens: try ValidationTokenVerifier(rules, authority: source.base), parallelism: 1
            )
            print("threads  items a POST  opened a second  per thread")
            for items in [1, 10] {
                let bodies = try stride(from: 0, to: captured.count - items + 1, by: items).map {
                    try Body(captured[$0..<($0 + items)]).bytes
                }
                for threads in Set([1, ProcessInfo.processInfo.activeProcessorCount]).sorted() {
                    let rate = try await Self.rate(of: opener, bodies, threads: threads, for: .seconds(seconds))
                    print(
                        "\(threads)".padded(8), "\(items)".padded(13), "\(Int(rate))".padded(16),
                        "\(Int(rate / Double(threads)))"
                    )
                }
            }
        }
    }

    /// Items a second.
    private static func rate(
        of opener: NotificationOpener, _ bodies: [ByteBuffer], threads: Int, for duration: Duration
    ) async throws -> Double {
        let began = ContinuousClock.now
        let end = began + duration
        let opened = try await withThrowingTaskGroup { group in
            for thread in 0..<threads {
                group.addTask {
                    var (opened, next) = (0, thread)
                    while .now < end {
                        let contents = try NotificationBatch.contents(of: bodies[next % bodies.count])
                        let result = try await opener.open([contents])[0]
                        guard result.refusals.isEmpty else {
                            throw Source.Failed(description: "It was refused: \(result.refusals.values)")
                        }
                        opened += result.items.count
                        next += threads
                    }
                    return opened
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(opened) / (began.duration(to: .now) / .seconds(1))
    }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - self.count)) }
}
