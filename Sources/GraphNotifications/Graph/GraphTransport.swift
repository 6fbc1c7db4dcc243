package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The way to Graph and to the sign-in service: one question, one answer.
package protocol GraphTransport: Sendable {
    /// - Throws: ``GraphError/Code/unreachable`` if there is no whole answer.
    func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse
}

package struct GraphRequest: Sendable {
    var method: HTTPMethod
    var url: String
    var headers: HTTPHeaders = [:]
    var body: ByteBuffer?
    var timeout: Duration = .seconds(30)
    /// The largest answer that is read, in bytes.
    var maximumResponseSize = 4 << 20
}

/// Over the network.
package struct HTTPClientTransport: GraphTransport {
    let httpClient: HTTPClient

    package init(httpClient: HTTPClient) { self.httpClient = httpClient }

    package func send(_ request: GraphRequest) async throws(GraphError) -> GraphResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method
        outgoing.headers = request.headers
        if let body = request.body { outgoing.body = .bytes(body) }
        do {
            let response = try await self.httpClient.execute(
                outgoing, timeout: .milliseconds(request.timeout.milliseconds)
            )
            let body = try await response.body.collect(upTo: request.maximumResponseSize)
            return GraphResponse(status: Int(response.status.code), headers: response.headers, body: body)
        } catch {
            throw Self.graphError(error, request)
        }
    }

    private static func graphError(_ error: any Error, _ request: GraphRequest) -> GraphError {
        let peer = WebOrigin(request.url).map(\.description) ?? "the URL"
        let timeouts: [HTTPClientError] = [
            .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
        ]
        let clientError = error as? HTTPClientError
        let message =
            if error is CancellationError || clientError == .cancelled {
                "The request to \(peer) was cancelled."
            } else if error is NIOTooManyBytesError {
                "The answer of \(peer) is larger than \(request.maximumResponseSize) bytes."
            } else if let clientError, timeouts.contains(clientError) {
                "There was no answer from \(peer) within \(request.timeout.components.seconds) s."
            } else {
                "There is no connection to \(peer): check the network, the address and its certificate."
            }
        return GraphError(.unreachable, message, cause: error)
    }
}
