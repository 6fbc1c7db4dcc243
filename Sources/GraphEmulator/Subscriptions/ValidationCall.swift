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
    let namesStatus: Bool
    let logger: Logger
    /// Receivers live in real time, whatever the emulator's clock says.
    var clock = EmulatorClock.system

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
        func refusal(token: String, requiresPlainText: Bool, namesStatus: Bool = false) -> GraphRefusal? {
            guard self.status == 200 else { return namesStatus ? .validationNotOK(self.status) : .validationNotOK }
            guard self.body == ByteBuffer(string: token) else { return .validationMismatch }
            guard self.isPlainText || !requiresPlainText else { return .validationNotPlainText }
            return nil
        }
    }

    /// A token as Graph writes it.
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
            answer = try await self.clock.limit(self.timeout) { [client, request] in
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
        let refusal = answer.refusal(token: token, requiresPlainText: self.requiresPlainText, namesStatus: self.namesStatus)
        if let refusal { throw refusal }
        if !answer.isPlainText {
            self.logger.warning("A handshake was answered with another content type than text/plain; Graph may refuse that")
        }
    }
}
