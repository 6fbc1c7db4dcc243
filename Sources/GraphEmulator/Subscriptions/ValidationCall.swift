import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1

/// The handshake: asks a URL to repeat a token, to make sure that it expects notifications.
struct ValidationCall: Sendable {
    /// An answer longer than this is not the token.
    static let maximumAnswer = 16 << 10

    let client: HTTPClient
    let timeout: Duration
    let requiresPlainText: Bool
    let logger: Logger

    /// What the receiver answered.
    struct Answer: Sendable, Equatable {
        var status: Int
        var contentType: String?
        /// `nil` if it is too long.
        var body: ByteBuffer?

        /// Whether the type is `text/plain`, with or without a character set.
        var isPlainText: Bool {
            let type = self.contentType?.prefix { $0 != ";" } ?? ""
            return type.filter { $0 != " " }.lowercased() == "text/plain"
        }

        /// What Graph says to this answer; `nil` if the token came back.
        func refusal(token: String, requiresPlainText: Bool) -> GraphRefusal? {
            guard self.status == 200 else { return .validationNotOK }
            guard self.body == ByteBuffer(string: token) else { return .validationMismatch }
            guard self.isPlainText || !requiresPlainText else { return .validationNotPlainText }
            return nil
        }
    }

    /// The token that goes with a request of this id.
    static func token(requestID: String) -> String {
        "Validation: Testing client application reachability for subscription Request-Id: \(requestID)"
    }

    /// Throws what Graph answers when `url` does not give the token back.
    func validate(_ url: String, token: String) async throws(GraphRefusal) {
        guard HubEndpoint(url) == nil else { return }
        var request = HTTPClientRequest(url: NotificationURL.appending(validationToken: token, to: url))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        let answer: Answer?
        do {
            // In real time: see EmulatorClock.
            answer = try await EmulatorClock.system.limit(self.timeout) { [client, request] in
                let response = try await client.execute(request, deadline: .distantFuture)
                let body = try? await response.body.collect(upTo: Self.maximumAnswer)
                return Answer(
                    status: Int(response.status.code), contentType: response.headers.first(name: "content-type"), body: body
                )
            }
        } catch {
            self.logger.debug("A notification URL could not be reached", metadata: [.error: "\(error)"])
            throw .validationNotOK
        }
        guard let answer else { throw .validationTimedOut }
        if let refusal = answer.refusal(token: token, requiresPlainText: self.requiresPlainText) { throw refusal }
        if !answer.isPlainText {
            self.logger.warning("A handshake was answered with another content type than text/plain; Graph may refuse that")
        }
    }
}
