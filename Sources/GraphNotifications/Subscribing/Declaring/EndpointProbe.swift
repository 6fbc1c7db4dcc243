public import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Asks a notification URL as Graph will before it creates a subscription, and says in one sentence what is wrong.
///
/// It asks from here. That Graph can reach the URL as well is likely then, and no more.
public struct EndpointProbe: Sendable {
    /// How long Graph waits for the token.
    public static let graphsPatience = Duration.seconds(10)
    /// The largest answer that is read, in bytes.
    private static let maximumAnswer = 64 << 10

    private let httpClient: HTTPClient
    private let timeout: Duration
    private let newToken: @Sendable () -> String

    /// - Parameters:
    ///   - httpClient: What asks.
    ///   - timeout: How long it waits for the whole answer.
    ///   - newToken: Makes what has to be repeated; something that has to be decoded, as Graph's, if it is not given.
    public init(
        httpClient: HTTPClient, timeout: Duration = Self.graphsPatience, newToken: (@Sendable () -> String)? = nil
    ) {
        self.httpClient = httpClient
        self.timeout = timeout
        self.newToken = newToken ?? { "Validation: is this the program that asks? \(RequestID.random())" }
    }

    /// Returns when the URL answered as Graph wants it to: `200`, `text/plain`, the token and nothing else.
    ///
    /// - Throws: ``GraphError/Code/validationFailed`` with one sentence about what it did instead;
    ///   ``GraphError/Code/invalidDeclaration`` if it is no URL at all.
    public func check(_ url: String) async throws(GraphError) {
        guard let origin = WebOrigin(url) else {
            throw GraphError(.invalidDeclaration, "The notification URL is none: give it as https://host/path.")
        }
        let token = self.newToken()
        var request = HTTPClientRequest(
            url: url + (url.contains("?") ? "&" : "?") + "validationToken=" + token.percentEncoded
        )
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        let answer: (status: Int, contentType: String, body: ByteBuffer)
        do {
            let response = try await self.httpClient.execute(request, timeout: .milliseconds(self.timeout.milliseconds))
            if response.history.count > 1 { throw Redirected() }
            answer = (
                Int(response.status.code), response.headers.first(name: "Content-Type") ?? "",
                try await response.body.collect(upTo: Self.maximumAnswer)
            )
        } catch {
            let reason = self.reason(of: error)
            throw GraphError(.validationFailed, "The notification URL at \(origin) \(reason).", cause: error)
        }
        guard let fault = Self.fault(in: answer, token: token) else { return }
        throw GraphError(.validationFailed, "The notification URL at \(origin) \(fault).", status: answer.status)
    }

    private struct Redirected: Error {}
    private static let redirects = "redirects to another one: Graph does not follow, so give it that one"

    /// What is wrong with an answer, to stand after "the notification URL".
    static func fault(in answer: (status: Int, contentType: String, body: ByteBuffer), token: String) -> String? {
        guard answer.status == 200 else {
            guard !(300..<400).contains(answer.status) else { return Self.redirects }
            return "answered \(answer.status) instead of 200: make sure that its path leads to this program"
        }
        guard answer.contentType.lowercased().hasPrefix("text/plain") else {
            let given = answer.contentType.isEmpty ? "no content type" : String(answer.contentType.prefix(60))
            return "answered with \(given) instead of text/plain: something else than this program answers there"
        }
        guard answer.body.readableBytesView.elementsEqual(token.utf8) else {
            return "did not repeat the validation token: something on the way changes it or answers instead"
        }
        return nil
    }

    private func reason(of error: any Error) -> String {
        switch error {
        case is Redirected: return Self.redirects
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded || error == .readTimeout:
            return "took longer than \(self.timeout.components.seconds) s to answer; Graph waits no longer than 10 s"
        case let error as HTTPClientError where error == .tlsHandshakeTimeout:
            return "did not complete the TLS handshake"
        case is NIOTooManyBytesError:
            return "answered with more than a validation token: something else than this program answers there"
        default: break
        }
        if error is NIOSSLError || error is NIOSSLExtraError || error is BoringSSLError {
            return "has no certificate that is trusted here, or speaks no TLS: Graph wants one of a public authority"
        }
        if let error = error as? NIOConnectionError, error.connectionErrors.isEmpty {
            return "has a host name that DNS does not know"
        }
        return "cannot be reached: nothing accepts the connection there"
    }
}
