import NIOCore
import Synchronization
import Testing

/// A client of one of the transports, as bare as it can be.
protocol TransportClient: Sendable {
    /// Sends records together.
    func send(all records: [String]) async throws
    /// The next record but pings.
    func next() async throws -> String
    /// Says goodbye in the way of the transport.
    func leave() async throws
    /// Goes without a goodbye.
    func drop() async
}

extension TransportClient {
    func expect(_ wanted: String) async throws {
        let found = try await self.next()
        guard found == wanted else { throw HubClient.Unexpected(found: found, wanted: wanted) }
    }

    /// Calls a method and waits for its completion, which is to be the next record.
    func call(_ method: String, _ arguments: String = "", id: String = "1") async throws -> String {
        try await self.send(all: [
            #"{"arguments":[\#(arguments)],"invocationId":"\#(id)","target":"\#(method)","type":1}"#
        ])
        return try await self.next()
    }

    /// Reads on until the server ends it.
    func untilEnd() async -> [String] {
        var records: [String] = []
        while let record = try? await self.next() { records.append(record) }
        return records
    }
}

extension HubClient: TransportClient {
    func send(all records: [String]) async throws {
        try await self.send(.text(records.map { $0 + "\u{1E}" }.joined()))
    }

    func leave() async throws { try await self.close() }
}

/// The ways to connect.
enum TestTransport: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case webSockets, serverSentEvents, longPolling

    var testDescription: String { self.rawValue }

    /// Negotiates, connects and shakes hands.
    func connect(to server: TestServer, _ path: String = "/hub", headers: [String: String] = [:], reads: Bool = true)
        async throws -> any TransportClient
    {
        let token = try await server.negotiate(path, headers: headers)
        let client: any TransportClient
        switch self {
        case .webSockets:
            client = try await HubClient.upgrade(to: server, "\(path)?id=\(token)", headers: headers, reads: reads)
        case .serverSentEvents:
            client = try await EventsClient.open(to: server, path, token: token, headers: headers, reads: reads)
        case .longPolling:
            client = try await PollingClient.open(to: server, path, token: token, headers: headers)
        }
        try await client.send(all: [#"{"protocol":"json","version":1}"#])
        if reads { try await client.expect("{}") }
        return client
    }
}

extension TestServer {
    /// Negotiates.
    ///
    /// - Returns: The token.
    func negotiate(_ path: String = "/hub", headers: [String: String] = [:]) async throws -> String {
        let answer = try await self.request("POST", "\(path)/negotiate?negotiateVersion=1", headers: headers)
        guard answer.status == 200, let start = answer.body.split(separator: #""connectionToken":""#, maxSplits: 1).last else {
            throw HubClient.Refused(answer: answer)
        }
        return String(start.prefix { $0 != "\"" })
    }
}

/// One connection with requests one after another.
struct RequestStream: Sendable {
    let stream: ByteStream
    let port: Int

    static func open(to server: TestServer) async throws -> RequestStream {
        RequestStream(stream: try await ByteStream.connect(port: server.port), port: server.port)
    }

    func send(_ method: String, _ target: String, headers: [String: String] = [:], body: String = "") async throws {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(self.port)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if method == "POST" { head += "Content-Length: \(body.utf8.count)\r\n" }
        try await self.stream.send(head + "\r\n" + body)
    }

    func post(_ target: String, _ body: [UInt8]) async throws -> HTTPAnswer {
        var request = ByteBuffer(
            string: "POST \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(self.port)\r\nContent-Length: \(body.count)\r\n\r\n")
        request.writeBytes(body)
        try await self.stream.send(request)
        return try await self.answer()
    }

    func answer() async throws -> HTTPAnswer { try await self.stream.read(HTTPAnswer.take) }

    func request(_ method: String, _ target: String, headers: [String: String] = [:], body: String = "") async throws
        -> HTTPAnswer
    {
        try await self.send(method, target, headers: headers, body: body)
        return try await self.answer()
    }
}
