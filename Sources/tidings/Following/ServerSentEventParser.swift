import NIOCore

/// One event of a `text/event-stream`.
struct ServerSentEvent: Equatable {
    /// What kind it is; `nil` if it only moves the id.
    var name: String?
    /// Its lines, joined with line feeds.
    var data: ByteBuffer
    /// The last id that was seen, in this event or before it.
    var id: String?
}

/// Makes events of the bytes of a `text/event-stream`, however they are cut.
struct ServerSentEventParser {
    /// What is wrong with the bytes.
    struct Overflow: Error {}

    /// How many bytes one event may have.
    private let maximumSize: Int
    private var line: [UInt8] = []
    private var sawCarriageReturn = false
    private var name: String?
    private var data = ByteBuffer()
    private var id: String?
    private var hasID = false

    init(maximumSize: Int = 4 << 20) {
        self.maximumSize = maximumSize
    }

    /// Takes the next bytes.
    ///
    /// - Returns: The events that are complete with them, in order.
    mutating func feed(_ bytes: ByteBuffer) throws(Overflow) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes.readableBytesView {
            let followsCarriageReturn = self.sawCarriageReturn
            self.sawCarriageReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where followsCarriageReturn: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = self.endLine() { events.append(event) }
            default:
                guard self.line.count + self.data.readableBytes < self.maximumSize else { throw Overflow() }
                self.line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { self.line.removeAll(keepingCapacity: true) }
        guard !self.line.isEmpty else { return self.endEvent() }
        let colon = self.line.firstIndex(of: UInt8(ascii: ":")) ?? self.line.endIndex
        var value = self.line[colon...].dropFirst()
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch String(decoding: self.line[..<colon], as: UTF8.self) {
        case "event": self.name = String(decoding: value, as: UTF8.self)
        case "id":
            self.id = String(decoding: value, as: UTF8.self)
            self.hasID = true
        case "data":
            if self.data.readableBytes > 0 { self.data.writeInteger(UInt8(ascii: "\n")) }
            self.data.writeBytes(value)
        default: break  // comments, and fields that mean nothing to us
        }
        return nil
    }

    private mutating func endEvent() -> ServerSentEvent? {
        defer {
            self.name = nil
            self.data = ByteBuffer()
            self.hasID = false
        }
        let isEvent = self.data.readableBytes > 0
        guard isEvent || self.hasID else { return nil }
        return ServerSentEvent(name: isEvent ? self.name ?? "message" : nil, data: self.data, id: self.id)
    }
}
