import NIOCore
import SignalRProtocol

/// Makes messages of every type and their JSON, in all the ways that clients may write it.
struct RandomMessages {
    var generator: SeededGenerator

    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> (json: String, message: HubMessage) {
        let id = self.identifier()
        var members: [(String, String)] = []
        let message: HubMessage
        switch Int.random(in: 1...9, using: &self.generator) {
        case 1: message = self.invocation(id: Bool.random(using: &self.generator) ? id : nil, isStreaming: false, &members)
        case 4: message = self.invocation(id: id, isStreaming: true, &members)
        case 2:
            let item = self.value()
            members = [("type", "2"), ("invocationId", self.quoted(id)), ("item", item)]
            message = .item(item, id: id)
        case 3:
            members = [("type", "3"), ("invocationId", self.quoted(id))]
            switch Int.random(in: 0..<4, using: &self.generator) {
            case 0: message = .result(nil, id: id)
            case 1:
                members.append(("result", "null"))
                message = .result("null", id: id)
            case 2:
                let error = JSONValue.randomString(&self.generator)
                members.append(("error", self.quoted(error)))
                if Bool.random(using: &self.generator) { members.append(("result", "null")) }
                message = .failure(error, id: id)
            default:
                let result = self.value()
                members.append(("result", result))
                message = .result(result, id: id)
            }
        case 5:
            members = [("type", "5"), ("invocationId", self.quoted(id))]
            message = .cancelInvocation(invocationID: id)
        case 6:
            members = [("type", "6")]
            message = .ping
        case 7:
            let error = Bool.random(using: &self.generator) ? JSONValue.randomString(&self.generator) : nil
            let allowReconnect = Bool.random(using: &self.generator)
            members = [("type", "7")]
            if let error { members.append(("error", self.quoted(error))) }
            if allowReconnect { members.append(("allowReconnect", "true")) }
            message = .end(error, allowReconnect: allowReconnect)
        case let type:
            let number = Int64.random(in: 0 ... .max, using: &self.generator)
            members = [("type", String(type)), ("sequenceId", String(number))]
            message = type == 8 ? .ack(sequenceID: number) : .sequence(sequenceID: number)
        }
        for _ in 0..<Int.random(in: 0..<3, using: &self.generator) {
            members.append(("x" + JSONValue.randomString(&self.generator), self.value()))
        }
        let space = JSONValue.space(&self.generator)
        return (space + JSONValue.object(members, &self.generator) + space, message)
    }

    private mutating func invocation(id: String?, isStreaming: Bool, _ members: inout [(String, String)]) -> HubMessage {
        let target = JSONValue.randomString(&self.generator)
        let arguments = (0..<Int.random(in: 0..<4, using: &self.generator)).map { _ in self.value() }
        members = [("type", isStreaming ? "4" : "1"), ("target", self.quoted(target))]
        members.append(("arguments", "[\(arguments.joined(separator: " , "))]"))
        if let id { members.append(("invocationId", self.quoted(id))) }
        var streams: [String] = []
        if Bool.random(using: &self.generator) {
            streams = (0..<Int.random(in: 0..<3, using: &self.generator)).map { _ in self.identifier() }
            members.append(("streamIds", JSONValue.array(streams.map { .string($0) }).text(&self.generator)))
        }
        var headers: [String: String] = [:]
        if Bool.random(using: &self.generator) {
            for _ in 0..<Int.random(in: 0..<3, using: &self.generator) {
                headers[JSONValue.randomString(&self.generator)] = JSONValue.randomString(&self.generator)
            }
            members.append(("headers", JSONValue.object(headers.mapValues { .string($0) }).text(&self.generator)))
        }
        return .call(target, arguments, id: id, streams: streams, isStreaming: isStreaming, headers: headers)
    }

    /// Changes, removes or puts in one byte.
    mutating func damage(_ bytes: inout [UInt8]) {
        let index = Int.random(in: 0..<bytes.count, using: &self.generator)
        // Without NUL and byte order marks: by them Foundation guesses other encodings.
        let byte = UInt8.random(in: 1...0xDF, using: &self.generator)
        switch Int.random(in: 0..<5, using: &self.generator) {
        case 0: bytes[index] = byte
        case 1 where bytes.count > 1: bytes.remove(at: index)
        case 2: bytes.insert(byte, at: index)
        case 3:
            // A digit for a digit keeps the JSON valid, and often the message.
            let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
            guard let digit = digits.randomElement(using: &self.generator) else { return }
            bytes[digit] = UInt8(ascii: "1") + UInt8.random(in: 0..<9, using: &self.generator)
        default: bytes.insert(#"{}[]:,"\0-+.eEutn"#.utf8.randomElement(using: &self.generator)!, at: index)
        }
    }

    private mutating func identifier() -> String { "i" + JSONValue.randomString(&self.generator) }
    private mutating func quoted(_ string: String) -> String { JSONValue.quoted(string, &self.generator) }
    private mutating func value() -> String { JSONValue.random(&self.generator).text(&self.generator) }
}
