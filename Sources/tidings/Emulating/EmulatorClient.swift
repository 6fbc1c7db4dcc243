import AsyncHTTPClient
import NIOCore
import NIOHTTP1

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The admin side of a running emulator, as the commands use it.
struct EmulatorClient: Sendable {
    /// A member of what is sent.
    enum Value: Encodable, Sendable {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let integer): try container.encode(integer)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }

    private struct Problem: Decodable {
        var error: String
    }

    /// What Graph's side says.
    private struct GraphProblem: Decodable {
        struct Content: Decodable {
            var message: String
        }

        var error: Content
    }

    private static let maximumAnswer = 256 << 20
    /// Days on a busy clock take a while.
    private static let time = TimeAmount.hours(1)

    /// For as long as the program runs. Nobody waits for an emulator that is not there.
    private static let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .ofCommand())

    private let url: String

    init(_ url: String) throws(Failure) {
        self.url = try ServerAddress.checked(url, option: "--admin", example: "http://127.0.0.1:8082")
    }

    func get(_ path: String) async throws(Failure) -> ByteBuffer { try await self.send(self.request(.GET, path)) }

    /// The answer as a value.
    func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws(Failure) -> Answer {
        try self.decode(try await self.get(path))
    }

    /// - Parameter members: What is sent; without a value they are left out.
    @discardableResult
    func post(_ path: String, _ members: [String: Value?] = [:]) async throws(Failure) -> ByteBuffer {
        var request = self.request(.POST, path)
        try Self.fill(&request, with: members.compactMapValues(\.self))
        return try await self.send(request)
    }

    func post(_ path: String, value: some Encodable) async throws(Failure) {
        var request = self.request(.POST, path)
        try Self.fill(&request, with: value)
        _ = try await self.send(request)
    }

    func post<Answer: Decodable>(
        _ path: String, _ members: [String: Value?] = [:], as type: Answer.Type
    ) async throws(Failure) -> Answer {
        try self.decode(try await self.post(path, members))
    }

    func delete(_ path: String) async throws(Failure) { _ = try await self.send(self.request(.DELETE, path)) }

    /// What is said until the connection ends.
    func events(_ path: String) async throws(Failure) -> HTTPClientResponse.Body {
        var request = self.request(.GET, path)
        request.headers.add(name: "Accept", value: "text/event-stream")
        return try await self.execute(request).body
    }

    /// Sends a request that is not for the admin side.
    ///
    /// - Parameter url: Where Graph is.
    func postToGraph(_ url: String, _ body: some Encodable) async throws(Failure) -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        try Self.fill(&request, with: body)
        return try await self.send(request)
    }

    private static func fill(_ request: inout HTTPClientRequest, with value: some Encodable) throws(Failure) {
        request.headers.add(name: "Content-Type", value: "application/json")
        do {
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(value)))
        } catch {
            throw Failure("What is to be sent cannot be written as JSON: a number that is none may be in it.")
        }
    }

    func decode<Answer: Decodable>(_ body: ByteBuffer) throws(Failure) -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body.readableBytesView))
        } catch {
            throw self.stranger
        }
    }

    private var stranger: Failure {
        Failure("What answers at \(self.url) is not the emulator's admin side; name another address with --admin.")
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(self.url)/emulator/v1/\(path)")
        request.method = method
        return request
    }

    private func send(_ request: HTTPClientRequest) async throws(Failure) -> ByteBuffer {
        let response = try await self.execute(request)
        do {
            return try await response.body.collect(upTo: Self.maximumAnswer)
        } catch {
            throw Failure("The emulator at \(request.url) ended before it had answered.")
        }
    }

    private func execute(_ request: HTTPClientRequest) async throws(Failure) -> HTTPClientResponse {
        let response: HTTPClientResponse
        do {
            response = try await Self.client.execute(request, timeout: Self.time)
        } catch let error as HTTPClientError where [.invalidURL, .emptyHost, .emptyScheme].contains(error) {
            throw Failure("\(self.url) is not an address; write it as http://127.0.0.1:8082.")
        } catch {
            throw Failure(
                "No emulator answers at \(self.url); start one with 'tidings emulate', or name another address with --admin.")
        }
        guard !(200..<300).contains(response.status.code) else { return response }
        let body = (try? await response.body.collect(upTo: 64 << 10)) ?? ByteBuffer()
        let data = Data(body.readableBytesView)
        if let problem = try? JSONDecoder().decode(Problem.self, from: data) {
            throw Failure(problem.error.withoutControlCharacters)
        }
        if let problem = try? JSONDecoder().decode(GraphProblem.self, from: data) {
            throw Failure("Graph refused it: \(problem.error.message.withoutControlCharacters)")
        }
        throw self.stranger
    }
}
