import GraphNotifications
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import RealTimeTesting
import Synchronization

/// Where Graph sends to. The port stays ours while the process behind it is down; then Graph hears 503, as from a proxy.
final class Webhook: Sendable {
    let port = Watched(0)
    private let receiver = Mutex<WebhookReceiver?>(nil)
    private let turnedAwayCount = Mutex(0)

    /// How many `POST`s came while nobody was there.
    var turnedAway: Int { self.turnedAwayCount.withLock { $0 } }

    func connect(_ receiver: WebhookReceiver?) { self.receiver.withLock { $0 = receiver } }

    func run(logger: Logger) async throws {
        let router = Router()
        router.post("**") { request, _ in await self.respond(to: request) }
        try await Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in self.port.change { $0 = channel.localAddress?.port ?? -1 } }, logger: logger
        ).run()
    }

    private func respond(to request: Request) async -> Response {
        guard let receiver = self.receiver.withLock({ $0 }) else {
            self.turnedAwayCount.withLock { $0 += 1 }
            return Response(status: .serviceUnavailable)
        }
        guard let body = try? await request.body.collect(upTo: 4 << 20) else { return Response(status: .badRequest) }
        let received = WebhookRequest(
            method: .POST, uri: request.uri.string, contentType: request.headers[.contentType], body: body)
        let answer = await withCheckedContinuation { continuation in
            receiver.receive(received) { continuation.resume(returning: $0) }
        }
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: .init(code: Int(answer.status.code)), headers: headers,
            body: answer.body.map { ResponseBody(byteBuffer: $0) } ?? ResponseBody()
        )
    }
}
