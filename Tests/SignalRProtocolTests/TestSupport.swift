import NIOCore
import SignalRProtocol
import Testing

/// A moment of the tests: so long after the start.
struct TestInstant: InstantProtocol {
    var time: Duration

    static func at(_ seconds: Double) -> TestInstant { TestInstant(time: .seconds(seconds)) }

    func advanced(by duration: Duration) -> TestInstant { TestInstant(time: self.time + duration) }
    func duration(to other: TestInstant) -> Duration { other.time - self.time }
    static func < (left: TestInstant, right: TestInstant) -> Bool { left.time < right.time }
}

/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension ByteBuffer {
    var bytes: [UInt8] { Array(self.readableBytesView) }
}

extension HubArguments {
    init(_ values: String...) {
        self.init(json: values.map { ByteBuffer(string: $0) })
    }
}

extension HubMessage {
    /// A call whose arguments are JSON texts.
    static func call(
        _ target: String, _ arguments: [String] = [], id: String? = nil, streams: [String] = [], isStreaming: Bool = false,
        headers: [String: String] = [:]
    ) -> HubMessage {
        .invocation(
            InvocationMessage(
                invocationID: id, target: target, arguments: HubArguments(json: arguments.map { ByteBuffer(string: $0) }),
                streamIDs: streams, isStreaming: isStreaming, headers: headers
            )
        )
    }

    static func item(_ json: String, id: String) -> HubMessage {
        .streamItem(invocationID: id, item: ByteBuffer(string: json))
    }

    static func result(_ json: String?, id: String) -> HubMessage {
        .completion(CompletionMessage(invocationID: id, result: json.map { ByteBuffer(string: $0) }))
    }

    static func failure(_ error: String, id: String) -> HubMessage {
        .completion(CompletionMessage(invocationID: id, error: error))
    }

    static func end(_ error: String? = nil, allowReconnect: Bool = false) -> HubMessage {
        .close(CloseMessage(error: error, allowReconnect: allowReconnect))
    }
}

/// What one record says, without its separator.
func decode(_ record: String) throws(HubProtocolError) -> HubMessage? {
    try JSONHubProtocol.decode(ByteBuffer(string: record))
}

/// What `body` appended, as text.
func written(_ body: (inout ByteBuffer) throws -> Void) rethrows -> String {
    var buffer = ByteBuffer()
    try body(&buffer)
    return String(buffer: buffer)
}
