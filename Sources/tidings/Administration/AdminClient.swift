import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A running server, as an administrator on the command line sees it.
struct AdminClient: Sendable {
    /// Graph may take a while to validate an address, twice.
    private static let patience = TimeAmount.seconds(60)
    private static let maximumAnswer = 16 << 20

    let place: ServerPlace
    private let client: HTTPClient

    init(_ place: ServerPlace) {
        self.place = place
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .ofCommand())
    }

    func close() async {
        try? await self.client.shutdown()
    }

    /// Asks for something.
    ///
    /// - Parameters:
    ///   - path: What comes behind `/admin/`.
    ///   - body: Sent as JSON.
    /// - Throws: ``Failure`` with what the server says, or that it does not answer.
    func ask<Answer: Decodable>(
        _ method: HTTPMethod, _ path: String, body: (any Encodable & Sendable)? = nil, as type: Answer.Type = Answer.self
    ) async throws(Failure) -> Answer {
        let answer = try await self.exchange(method, path, body: body)
        if (200..<300).contains(answer.status), let value = try? JSONDecoder().decode(type, from: answer.body) { return value }
        if let failure = try? JSONDecoder().decode(AdminFailure.Body.self, from: answer.body) {
            if answer.status == 401 {
                throw Failure(
                    "The server at \(self.place.url) has another admin token; name its data directory with --data, or set "
                        + "\(ServerPlace.tokenVariable)."
                )
            }
            throw Failure(failure.error.message.withoutControlCharacters)
        }
        throw Failure("What answers at \(self.place.url) is not this version of Tidings; name another address with --url.")
    }

    private func exchange(
        _ method: HTTPMethod, _ path: String, body: (any Encodable & Sendable)?
    ) async throws(Failure) -> (status: UInt, body: Data) {
        var request = HTTPClientRequest(url: "\(self.place.url)/admin/\(path)")
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(self.place.token)")
        if let body {
            guard let data = try? JSONEncoder().encode(body) else { throw Failure("The declaration cannot be written as JSON.") }
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(data)
        }
        do {
            let response = try await self.client.execute(request, timeout: Self.patience)
            let body = try await response.body.collect(upTo: Self.maximumAnswer)
            return (response.status.code, Data(body.readableBytesView))
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw Failure(
                "The server at \(self.place.url) does not answer within a minute; it may be waiting for Graph, so look again later."
            )
        } catch {
            throw Failure(
                "Nothing answers at \(self.place.url); start it with tidings serve or tidings dev, or name another address with --url."
            )
        }
    }
}
