import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The server whose updates are followed, over plain HTTP.
struct UpdateFeed: Sendable {
    /// Asking again may help.
    struct Unreachable: Error {}

    /// How long the server may take to answer, and how long it may be silent; it says something every 15 seconds.
    private static let answerTime = TimeAmount.seconds(15)
    private static let silence = TimeAmount.seconds(45)
    private static let maximumPage = 64 << 20

    private let url: String
    private let topics: [String]
    private let token: String?
    private let client: HTTPClient

    /// - Parameters:
    ///   - url: The server's address.
    ///   - topics: What to follow.
    ///   - token: What to present, if the server asks for it.
    init(url: String, topics: [String], token: String?) throws(Failure) {
        self.url = try ServerAddress.checked(url, option: "--url", example: "http://127.0.0.1:8080")
        self.topics = topics
        self.token = token
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .ofCommand(silence: Self.silence))
    }

    func close() async {
        try? await self.client.shutdown()
    }

    /// What was missed since `cursor`, up to a page of it; without a cursor only where the log is now.
    ///
    /// - Throws: ``Unreachable``, or ``Failure`` if asking again will not help.
    func page(after cursor: String?) async throws -> UpdatePage {
        let response = try await self.get(after: cursor, accept: "application/json")
        let body = try? await response.body.collect(upTo: Self.maximumPage)
        guard let body else { throw Unreachable() }
        guard let page = UpdatePage(json: body) else {
            throw Failure("What answers at \(self.url) is not Tidings; name another address with --url.")
        }
        return page
    }

    /// What comes after `cursor`, until the connection ends.
    func events(after cursor: String) async throws -> HTTPClientResponse.Body {
        try await self.get(after: cursor, accept: "text/event-stream").body
    }

    private func get(after cursor: String?, accept: String) async throws -> HTTPClientResponse {
        var address = self.url + "/updates?topics=" + self.topics.map { $0.percentEncoded(keeping: "/*") }.joined(separator: ",")
        if let cursor { address += "&after=" + cursor.percentEncoded(keeping: "/*") }
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: accept)
        if let token = self.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response: HTTPClientResponse
        do {
            response = try await self.client.execute(request, timeout: Self.answerTime)
        } catch let error as HTTPClientError where [.invalidURL, .emptyHost, .emptyScheme].contains(error) {
            throw Failure("\(self.url) is not an address; write it as http://127.0.0.1:8080.")
        } catch {
            try Task.checkCancellation()
            throw Unreachable()
        }
        switch response.status.code {
        case 200: return response
        case 401:
            throw Failure("The server at \(self.url) asks for a token; give it with --token, or in TIDINGS_CLIENTS_TOKEN.")
        case 400, 403: throw Failure(await Self.sentence(of: response) ?? "The server at \(self.url) refused it.")
        case 500...: throw Unreachable()
        default: throw Failure("What answers at \(self.url) is not Tidings; name another address with --url.")
        }
    }

    /// What the server says about why it refused.
    private static func sentence(of response: HTTPClientResponse) async -> String? {
        guard let body = try? await response.body.collect(upTo: 4096) else { return nil }
        let text = String(buffer: body).split(separator: "\n").first.map(String.init)
        return text?.withoutControlCharacters
    }
}
