import GraphRelay
import JSONBytes
import NIOCore

/// How the program is, for its operator: what `GET /admin/status` answers.
struct StatusReport: Equatable {
    struct Subscription: Equatable {
        var name: String
        /// `nil` where it is kept elsewhere.
        var account: String?
        var id: String?
        var resource: String?
        var changeTypes: String
        var state: String
        /// Milliseconds since 1970.
        var expiresAt: Int64?
        /// Milliseconds since 1970.
        var renewsAt: Int64?
        var lastError: String?
        /// When a notification came last, in milliseconds since 1970.
        var lastEventAt: Int64?
        /// Whether nothing has come for much longer than usual.
        var isSilent = false
    }

    var version: String
    /// Milliseconds since 1970.
    var startedAt: Int64
    var mode: String
    var epoch: String
    var bounds: UpdateLogBounds
    /// How many notifications wait for the relay.
    var waiting: Int
    var deadLetters: Int
    /// How many clients are connected to the hub.
    var connections: Int
    var subscriptions: [Subscription]

    func json() -> ByteBuffer {
        var json = ByteBuffer()
        json.writeStaticString("{")
        json.writeMember("version", self.version)
        json.writeMember("startedAt", time: self.startedAt)
        json.writeMember("mode", self.mode)
        json.writeMember("epoch", self.epoch)
        // As everywhere, the cursor from which on nothing is lost: just before the oldest update.
        let oldest = Cursor(epoch: self.epoch, offset: self.bounds.oldest - 1)
        let latest = Cursor(epoch: self.epoch, offset: self.bounds.latest)
        json.writeName("log")
        json.writeStaticString("{")
        json.writeMember("oldest", oldest.description)
        json.writeMember("latest", latest.description)
        json.writeMember("count", number: latest.offset - oldest.offset)
        json.writeStaticString("}")
        for (name, member, count) in [
            ("queue", "waiting", self.waiting), ("deadLetters", "count", self.deadLetters),
            ("connections", "graphUpdates", self.connections),
        ] {
            json.writeName(name)
            json.writeStaticString("{")
            json.writeMember(member, number: Int64(count))
            json.writeStaticString("}")
        }
        json.writeName("subscriptions")
        json.writeStaticString("[")
        for subscription in self.subscriptions { subscription.write(to: &json) }
        json.writeStaticString("]}")
        return json
    }
}

extension StatusReport.Subscription {
    fileprivate func write(to json: inout ByteBuffer) {
        json.writeSeparator()
        json.writeStaticString("{")
        json.writeMember("name", self.name)
        json.writeMember("account", self.account)
        json.writeMember("id", self.id)
        json.writeMember("resource", self.resource)
        json.writeMember("changeTypes", self.changeTypes)
        json.writeMember("state", self.state)
        json.writeMember("expiresAt", time: self.expiresAt)
        json.writeMember("renewsAt", time: self.renewsAt)
        json.writeMember("lastError", self.lastError)
        json.writeMember("lastEventAt", time: self.lastEventAt)
        json.writeName("isSilent")
        if self.isSilent { json.writeStaticString("true") } else { json.writeStaticString("false") }
        json.writeStaticString("}")
    }
}

extension ByteBuffer {
    /// Appends a comma, unless an object or an array has just begun.
    fileprivate mutating func writeSeparator() {
        let last = self.getInteger(at: self.writerIndex - 1, as: UInt8.self)
        if last != UInt8(ascii: "{"), last != UInt8(ascii: "[") { self.writeStaticString(",") }
    }

    fileprivate mutating func writeName(_ name: String) {
        self.writeSeparator()
        self.writeJSONString(name)
        self.writeStaticString(":")
    }

    fileprivate mutating func writeMember(_ name: String, _ value: String?) {
        self.writeName(name)
        if let value { self.writeJSONString(value) } else { self.writeStaticString("null") }
    }

    fileprivate mutating func writeMember(_ name: String, number: Int64) {
        self.writeName(name)
        self.writeJSONNumber(number)
    }

    fileprivate mutating func writeMember(_ name: String, time: Int64?) {
        self.writeName(name)
        guard let time else {
            self.writeStaticString("null")
            return
        }
        self.writeStaticString("\"")
        self.writeISO8601(millisecondsSince1970: time)
        self.writeStaticString("\"")
    }
}
