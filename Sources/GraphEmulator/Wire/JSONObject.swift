import JSONBytes
import NIOCore

/// Writes one JSON object, member after member, in the order they are set.
struct JSONObject: Sendable {
    private var members = ByteBuffer()

    init() {}

    init(_ members: JSONMembers) {
        for member in members { self.set(member.name, value: member.value) }
    }

    /// A string, or `null`.
    mutating func set(_ name: String, _ value: String?) {
        self.begin(name)
        if let value {
            self.members.writeJSONString(value)
        } else {
            self.members.writeStaticString("null")
        }
    }

    /// A Boolean.
    mutating func set(_ name: String, _ value: Bool) {
        self.begin(name)
        self.members.writeString(value ? "true" : "false")
    }

    /// A number.
    mutating func set(_ name: String, _ value: Int) {
        self.begin(name)
        self.members.writeJSONNumber(Int64(value))
    }

    /// A number that is not infinite, or not one.
    mutating func set(_ name: String, _ value: Double) {
        self.begin(name)
        self.members.writeString("\(value)")
    }

    /// An object.
    mutating func set(_ name: String, _ value: JSONObject) {
        self.begin(name)
        self.members.writeImmutableBuffer(value.bytes)
    }

    /// An array of objects.
    mutating func set(_ name: String, _ values: [JSONObject]) {
        self.begin(name)
        self.writeArray(values) { $0.writeImmutableBuffer($1.bytes) }
    }

    /// An array of strings.
    mutating func set(_ name: String, _ values: [String]) {
        self.begin(name)
        self.writeArray(values) { $0.writeJSONString($1) }
    }

    /// An array of numbers.
    mutating func set(_ name: String, _ values: [Int]) {
        self.begin(name)
        self.writeArray(values) { $0.writeJSONNumber(Int64($1)) }
    }

    /// Any value.
    mutating func set(_ name: String, value: JSONValue) {
        self.begin(name)
        value.write(to: &self.members)
    }

    /// A value that is JSON already.
    mutating func set(_ name: String, json: ByteBuffer) {
        self.begin(name)
        self.members.writeImmutableBuffer(json)
    }

    /// The members of `other`, behind those that are there.
    mutating func append(_ other: JSONObject) {
        guard other.members.readableBytes > 0 else { return }
        if self.members.readableBytes > 0 { self.members.writeInteger(UInt8(ascii: ",")) }
        self.members.writeImmutableBuffer(other.members)
    }

    /// An object that is JSON already, with the members of `other` behind its own.
    static func joining(_ object: ByteBuffer, _ other: JSONObject) -> ByteBuffer {
        guard other.members.readableBytes > 0 else { return object }
        var joined = object
        // Without the brace at its end.
        joined.moveWriterIndex(to: joined.writerIndex - 1)
        if joined.readableBytes > 1 { joined.writeInteger(UInt8(ascii: ",")) }
        joined.writeImmutableBuffer(other.members)
        joined.writeInteger(UInt8(ascii: "}"))
        return joined
    }

    /// The object as JSON.
    var bytes: ByteBuffer {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(self.members.readableBytes + 2)
        bytes.writeInteger(UInt8(ascii: "{"))
        bytes.writeImmutableBuffer(self.members)
        bytes.writeInteger(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func begin(_ name: String) {
        if self.members.readableBytes > 0 { self.members.writeInteger(UInt8(ascii: ",")) }
        self.members.writeJSONString(name)
        self.members.writeInteger(UInt8(ascii: ":"))
    }

    private mutating func writeArray<Value>(_ values: [Value], _ write: (inout ByteBuffer, Value) -> Void) {
        self.members.writeInteger(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { self.members.writeInteger(UInt8(ascii: ",")) }
            write(&self.members, value)
        }
        self.members.writeInteger(UInt8(ascii: "]"))
    }
}
