import Foundation
import NIOCore

/// A SignalR client with nothing between it and the socket.
struct HubSocket {
    /// One message of the server.
    struct Record: Decodable {
        var type: Int?
        var target: String?
        var invocationId: String?
        var error: String?
        var allowReconnect: Bool?
    }

    /// The result of a call, or why there is none.
    struct Completion<Value: Decodable>: Decodable {
        var result: Value?
        var error: String?
    }

    private struct Invocation<Argument: Decodable>: Decodable {
        var arguments: [Argument]
    }

    private var connection: RawConnection
    private var records: [Data] = []
    private var calls = 0
    /// Offsets of the updates that came, in order; those of answers among them.
    private(set) var offsets: [Int64] = []
    private(set) var gaps: [Wire.Gap] = []

    /// Connects to the hub of a server, without negotiation.
    static func with<Result: Sendable>(
        port: Int, path: String = "/graphUpdates", _ body: (inout HubSocket) async throws -> Result
    ) async throws -> Result {
        try await RawConnection.with(port: port) { connection in
            try await connection.send(
                "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n"
            )
            let head = try await connection.take(through: "\r\n\r\n")
            guard head.hasPrefix("HTTP/1.1 101") else { throw RawConnection.Ended() }
            var socket = HubSocket(connection: connection)
            try await socket.send(#"{"protocol":"json","version":1}"#)
            _ = try await socket.next()
            return try await body(&socket)
        }
    }

    private init(connection: RawConnection) {
        self.connection = connection
    }

    // MARK: - Calls

    mutating func call<Value: Decodable>(_ method: String, _ arguments: String) async throws -> Completion<Value> {
        self.calls += 1
        let id = "\(self.calls)"
        try await self.send(#"{"type":1,"invocationId":"\#(id)","target":"\#(method)","arguments":[\#(arguments)]}"#)
        while true {
            let data = try await self.next()
            let record = try JSONDecoder().decode(Record.self, from: data)
            if record.type == 3, record.invocationId == id {
                return try JSONDecoder().decode(Completion<Value>.self, from: data)
            }
            try self.note(record, data)
        }
    }

    /// Calls `Subscribe`, and notes what its answer holds.
    mutating func subscribe(_ topics: String..., after cursor: String? = nil) async throws -> Wire.Answer {
        let names = topics.map { "\"\($0)\"" }.joined(separator: ",")
        let completion: Completion<Wire.Answer> = try await self.call(
            "Subscribe", "[\(names)],\(cursor.map { "\"\($0)\"" } ?? "null")"
        )
        guard let answer = completion.result else { throw RelayFailure(message: completion.error ?? "") }
        self.offsets += answer.offsets
        return answer
    }

    struct RelayFailure: Error {
        var message: String
    }

    /// Waits until so many updates have come.
    mutating func wait(forUpdates count: Int) async throws {
        while self.offsets.count < count {
            let data = try await self.next()
            try self.note(try JSONDecoder().decode(Record.self, from: data), data)
        }
    }

    /// Waits for the end of the connection.
    ///
    /// - Returns: The message by which the server closed it.
    mutating func waitForClose() async throws -> Record {
        while true {
            let data = try await self.next()
            let record = try JSONDecoder().decode(Record.self, from: data)
            if record.type == 7 { return record }
            try self.note(record, data)
        }
    }

    private mutating func note(_ record: Record, _ data: Data) throws {
        switch record.target {
        case "graphUpdate":
            self.offsets += try JSONDecoder().decode(Invocation<Wire.Update>.self, from: data).arguments.map(\.offset)
        case "graphUpdates":
            self.offsets += try JSONDecoder().decode(Invocation<[Wire.Update]>.self, from: data).arguments[0].map(\.offset)
        case "gap":
            self.gaps += try JSONDecoder().decode(Invocation<Wire.Gap>.self, from: data).arguments
        default: break
        }
    }

    // MARK: - Frames

    private func send(_ record: String) async throws {
        let payload = Array(record.utf8) + [0x1E]
        var frame = ByteBuffer()
        // One text frame, masked with zeros.
        frame.writeInteger(UInt8(0x81))
        frame.writeInteger(UInt8(0x80 | 126))
        frame.writeInteger(UInt16(payload.count))
        frame.writeInteger(UInt32(0))
        frame.writeBytes(payload)
        try await self.connection.send(frame)
    }

    private mutating func next() async throws -> Data {
        while self.records.isEmpty {
            var head = try await self.connection.take(2)
            let opcode = (head.readInteger(as: UInt8.self) ?? 0) & 0x0F
            var length = Int((head.readInteger(as: UInt8.self) ?? 0) & 0x7F)
            if length == 126 {
                length = Int(try await self.connection.take(2).getInteger(at: 0, as: UInt16.self) ?? 0)
            } else if length == 127 {
                length = Int(try await self.connection.take(8).getInteger(at: 0, as: UInt64.self) ?? 0)
            }
            let payload = try await self.connection.take(length)
            guard opcode == 1 || opcode == 0 else {
                if opcode == 8 { throw RawConnection.Ended() }
                continue
            }
            self.records += payload.readableBytesView.split(separator: 0x1E).map { Data($0) }
        }
        return self.records.removeFirst()
    }
}
