import SignalR

/// A hub message as the protocol document draws it, for both protocols.
enum WireMessage: Equatable, Sendable {
    case call(String, [WireValue], id: String? = nil, streams: [String] = [])
    case stream(String, [WireValue], id: String, streams: [String] = [])
    case item(WireValue, id: String)
    /// A call or a stream has ended without a result.
    case done(id: String)
    case result(WireValue, id: String)
    case failure(String, id: String)
    case cancel(id: String)
    case ping
    case close(String? = nil, allowReconnect: Bool = false)
    case ack(Int)
    case sequence(Int)

    func bytes(in kind: HubProtocolKind) -> [UInt8] {
        switch kind {
        case .json: return Array(self.json.utf8) + [0x1E]
        case .messagepack:
            let body = WireValue.array(self.elements).messagePack
            var prefix: [UInt8] = []
            var count = body.count
            while count > 127 {
                prefix.append(UInt8(count & 127) | 128)
                count >>= 7
            }
            return prefix + [UInt8(count)] + body
        }
    }

    /// With the type last, as JavaScript's client has it.
    private var json: String {
        func list(_ names: [String]) -> String { WireValue.array(names.map(WireValue.string)).json }
        func call(_ type: Int, _ target: String, _ arguments: [WireValue], _ id: String?, _ streams: [String]) -> String {
            let invocation = id.map { #","invocationId":"\#($0)""# } ?? ""
            let streamIDs = streams.isEmpty ? "" : ",\"streamIds\":\(list(streams))"
            return
                #"{"arguments":\#(WireValue.array(arguments).json)\#(invocation)\#(streamIDs),"target":"\#(target)","type":\#(type)}"#
        }
        return switch self {
        case .call(let target, let arguments, let id, let streams): call(1, target, arguments, id, streams)
        case .stream(let target, let arguments, let id, let streams): call(4, target, arguments, id, streams)
        case .item(let value, let id): #"{"invocationId":"\#(id)","item":\#(value.json),"type":2}"#
        case .done(let id): #"{"invocationId":"\#(id)","type":3}"#
        case .result(let value, let id): #"{"invocationId":"\#(id)","result":\#(value.json),"type":3}"#
        case .failure(let error, let id): #"{"error":\#(WireValue.string(error).json),"invocationId":"\#(id)","type":3}"#
        case .cancel(let id): #"{"invocationId":"\#(id)","type":5}"#
        case .ping: #"{"type":6}"#
        case .close(let error, let allowReconnect):
            #"{"type":7\#(error.map { ",\"error\":" + WireValue.string($0).json } ?? ""),"allowReconnect":\#(allowReconnect)}"#
        case .ack(let number): #"{"sequenceId":\#(number),"type":8}"#
        case .sequence(let number): #"{"sequenceId":\#(number),"type":9}"#
        }
    }

    private var elements: [WireValue] {
        func text(_ text: String?) -> WireValue { text.map(WireValue.string) ?? .null }
        func list(_ names: [String]) -> WireValue { .array(names.map(WireValue.string)) }
        return switch self {
        case .call(let target, let arguments, let id, let streams):
            [1, .object([:]), text(id), .string(target), .array(arguments), list(streams)]
        case .stream(let target, let arguments, let id, let streams):
            [4, .object([:]), .string(id), .string(target), .array(arguments), list(streams)]
        case .item(let value, let id): [2, .object([:]), .string(id), value]
        case .done(let id): [3, .object([:]), .string(id), 2]
        case .result(let value, let id): [3, .object([:]), .string(id), 3, value]
        case .failure(let error, let id): [3, .object([:]), .string(id), 1, .string(error)]
        case .cancel(let id): [5, .object([:]), .string(id)]
        case .ping: [6]
        case .close(let error, let allowReconnect): [7, text(error), .bool(allowReconnect)]
        case .ack(let number): [8, .int(number)]
        case .sequence(let number): [9, .int(number)]
        }
    }

    struct Unreadable: Error { let value: WireValue }

    /// Takes the messages of one frame of a server apart.
    static func messages(in bytes: [UInt8], _ kind: HubProtocolKind) throws -> [WireMessage] {
        switch kind {
        case .json:
            guard bytes.last == 0x1E else { throw WireValue.Unreadable(bytes: bytes) }
            return try bytes.split(separator: 0x1E).map { try WireMessage(object: WireValue(json: Array($0))) }
        case .messagepack:
            var messages: [WireMessage] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                var count = 0
                var shift = 0
                while let byte = rest.popFirst() {
                    count |= Int(byte & 127) << shift
                    shift += 7
                    if byte < 128 { break }
                }
                guard rest.count >= count else { throw WireValue.Unreadable(bytes: bytes) }
                messages.append(try WireMessage(array: WireValue(messagePack: Array(rest.prefix(count)))))
                rest = rest.dropFirst(count)
            }
            return messages
        }
    }

    private init(object value: WireValue) throws {
        guard case .object(let members) = value, case .int(let type)? = members["type"] else { throw Unreadable(value: value) }
        func text(_ name: String) -> String? { if case .string(let text)? = members[name] { text } else { nil } }
        func list(_ name: String) -> [WireValue] { if case .array(let list)? = members[name] { list } else { [] } }
        let id = text("invocationId") ?? ""
        switch type {
        case 1: self = .call(text("target") ?? "", list("arguments"), id: text("invocationId"))
        case 2: self = .item(members["item"] ?? .string("there is no item"), id: id)
        case 3:
            if let error = text("error") {
                self = .failure(error, id: id)
            } else if let result = members["result"] {
                self = .result(result, id: id)
            } else {
                self = .done(id: id)
            }
        case 5: self = .cancel(id: id)
        case 6: self = .ping
        case 7: self = .close(text("error"), allowReconnect: members["allowReconnect"] == .bool(true))
        case 8, 9:
            guard case .int(let number)? = members["sequenceId"] else { throw Unreadable(value: value) }
            self = type == 8 ? .ack(number) : .sequence(number)
        default: throw Unreadable(value: value)
        }
    }

    private init(array value: WireValue) throws {
        guard case .array(let elements) = value, case .int(let type)? = elements.first else { throw Unreadable(value: value) }
        func text(_ index: Int) -> String? { if case .string(let text) = elements[index] { text } else { nil } }
        func list(_ index: Int) -> [WireValue] { if case .array(let list) = elements[index] { list } else { [] } }
        switch (type, elements.count) {
        case (1, 6): self = .call(text(3) ?? "", list(4), id: text(2))
        case (2, 4): self = .item(elements[3], id: text(2) ?? "")
        case (3, 4): self = .done(id: text(2) ?? "")
        case (3, 5):
            self = elements[3] == 1 ? .failure(text(4) ?? "", id: text(2) ?? "") : .result(elements[4], id: text(2) ?? "")
        case (5, 3): self = .cancel(id: text(2) ?? "")
        case (6, 1): self = .ping
        case (7, 3): self = .close(text(1), allowReconnect: elements[2] == .bool(true))
        case (8, 2), (9, 2):
            guard case .int(let number) = elements[1] else { throw Unreadable(value: value) }
            self = type == 8 ? .ack(number) : .sequence(number)
        default: throw Unreadable(value: value)
        }
    }
}
