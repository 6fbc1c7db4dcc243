import CryptoExtras
import GraphNotifications
import GraphRelay
import HTTPTypes
import Hummingbird
import NIOCore

@testable import GraphEmulator

/// The receiving side as a server has it: webhook, queue, relay and log, on a port of its own.
struct WatchedRelay: Sendable {
    let url: String
    let directory: SubscriptionDirectory
    fileprivate let log: InMemoryUpdateLog
    fileprivate let answers: AsyncStream<Int>
    fileprivate let settled: AsyncStream<[Int64]>

    /// What the next `POST` was answered.
    func answer() async -> Int? { await self.answers.first { _ in true } }

    /// Waits until the next `POST` has become updates or dead letters.
    func settle() async { _ = await self.settled.first { _ in true } }

    /// The data of each update so far; `none` for one without.
    var updates: [String] {
        get async throws {
            try await self.log.updates(after: 0, limit: 1000).map { update in
                let members = try JSONValue(update.json).object
                return members?["data"]?.object?["subject"]?.string ?? "none"
            }
        }
    }

    /// Why each item that did not become an update did not.
    var deadLetters: [String] { self.log.deadLetters.map { "\($0.reason.rawValue): \($0.detail)" } }
}

/// Runs `body` with a receiver that opens what is sealed for `certificate`, if it comes from an emulator.
///
/// - Parameter emulator: Where its sign-in service publishes keys.
func withRelay(
    certificate: TestCertificate, emulator: String, applications: [EmulatedApplication] = [.contoso],
    tenants: [EmulatedTenant] = [.contoso], _ body: (WatchedRelay) async throws -> Void
) async throws {
    let key = try DecryptionKey(
        id: "first", certificatePEM: certificate.pem, privateKeyPEM: certificate.key.pkcs8PEMRepresentation
    )
    let rules = ValidationTokenRules(applicationIDs: Set(applications.map(\.id)), tenantIDs: Set(tenants.map(\.id)))
    let opener = NotificationOpener(
        keys: DecryptionKeys([key]), tokens: try ValidationTokenVerifier(rules, authority: emulator, logger: .silent)
    )
    let directory = SubscriptionDirectory()
    let queue = InMemoryNotificationQueue()
    let (answers, answer) = AsyncStream.makeStream(of: Int.self)
    let (settled, settle) = AsyncStream.makeStream(of: [Int64].self)
    let log = InMemoryUpdateLog { ids in
        queue.settle(ids)
        settle.yield(ids)
    }
    try await withServer { onReady in
        let webhook = WebhookReceiver(directory: directory, into: queue, logger: .silent)
        let router = Router()
        router.add(middleware: AnswerWatch(answers: answer))
        router.addRoutes(webhook.routes(), atPath: "/graph")
        return Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            services: [NotificationRelay(queue: queue, log: log, directory: directory, opener: opener, logger: .silent)],
            onServerRunning: { onReady($0.localAddress?.port ?? 0) }, logger: .silent
        )
    } _: { port in
        try await body(
            WatchedRelay(
                url: "http://127.0.0.1:\(port)/graph", directory: directory, log: log, answers: answers, settled: settled
            )
        )
    }
}

/// Tells what is answered.
private struct AnswerWatch: RouterMiddleware {
    typealias Context = BasicRequestContext

    let answers: AsyncStream<Int>.Continuation

    @concurrent
    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        self.answers.yield(Int(response.status.code))
        return response
    }
}
