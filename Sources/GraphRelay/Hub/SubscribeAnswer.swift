import JSONBytes
import NIOCore

/// The answer to `Subscribe`: where the client is now, and the first of what it missed.
struct SubscribeAnswer {
    /// Where to come back, once ``updates`` are handled.
    var cursor: Cursor
    /// Whether updates between the client's cursor and ``cursor`` are lost to it, or may be.
    var hasGap: Bool
    /// The place just before the oldest update still held.
    var oldest: Cursor
    var updates: [LoggedUpdate]

    func json() -> ByteBuffer {
        let size = self.updates.reduce(128) { $0 + $1.json.readableBytes + 1 }
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        buffer.writeStaticString(#"{"cursor":"#)
        buffer.writeJSONString(self.cursor.description)
        buffer.writeStaticString(self.hasGap ? #","gap":true,"oldest":"# : #","gap":false,"oldest":"#)
        buffer.writeJSONString(self.oldest.description)
        buffer.writeStaticString(#","updates":"#)
        buffer.writeUpdates(self.updates)
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }
}

/// What a client is told when it was overtaken: it must reload, and is sent what follows ``oldest``.
struct GapNotice {
    /// The topics that have a gap; empty for all that the client follows.
    var topics: [String]
    var oldest: Cursor
    var reason: String

    func json() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeStaticString(#"{"topics":["#)
        for (index, topic) in self.topics.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeJSONString(topic)
        }
        buffer.writeStaticString(#"],"oldest":"#)
        buffer.writeJSONString(self.oldest.description)
        buffer.writeStaticString(#","reason":"#)
        buffer.writeJSONString(self.reason)
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }
}

extension ByteBuffer {
    /// Appends the updates as a JSON array.
    mutating func writeUpdates(_ updates: some Collection<LoggedUpdate>) {
        self.writeInteger(UInt8(ascii: "["))
        var isFirst = true
        for update in updates {
            if !isFirst { self.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            self.writeImmutableBuffer(update.json)
        }
        self.writeInteger(UInt8(ascii: "]"))
    }
}
