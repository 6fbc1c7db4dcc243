import NIOCore
import SignalRProtocol
import Testing

@Suite struct HandshakeTests {
    private static func accept(_ record: String, detailedErrors: Bool = false) throws(Handshake.Refusal) -> HubProtocolKind {
        try Handshake.accept(ByteBuffer(string: record), detailedErrors: detailedErrors)
    }

    private static let malformed = "An unexpected error occurred during connection handshake."

    @Test func successIsThreeBytes() {
        #expect(Handshake.success.bytes == [0x7B, 0x7D, 0x1E])
    }

    @Test func theRequestOfTheSpecification() throws {
        let bytes: [UInt8] = [
            0x7B, 0x22, 0x70, 0x72, 0x6F, 0x74, 0x6F, 0x63, 0x6F, 0x6C, 0x22, 0x3A, 0x22, 0x6A, 0x73, 0x6F, 0x6E, 0x22, 0x2C,
            0x22, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6F, 0x6E, 0x22, 0x3A, 0x31, 0x7D, 0x1E,
        ]
        var splitter = RecordSplitter()
        var buffer = ByteBuffer(bytes: bytes + Array("{\"type\":6}\u{1E}".utf8))
        let record = try #require(try splitter.next(in: &buffer))
        #expect(try Handshake.accept(record) == .json)
        // What follows belongs to the protocol.
        #expect(try splitter.next(in: &buffer).flatMap { try JSONHubProtocol.decode($0) } == .ping)
    }

    @Test(arguments: [
        #"{"protocol":"json","version":1}"#, #"{"version":1,"protocol":"json"}"#, #"{"protocol":"json","version":2}"#,
        #"{"protocol":"json","version":0}"#, #"{"protocol":"JSON","version":1}"#, #"{"protocol":"Json","version":1}"#,
        #" { "protocol" : "json" , "version" : 1 } "#, #"{"x":[{"version":9}],"protocol":"json","version":1,"y":null}"#,
        #"{"protocol":"\u006ason","version":1}"#, #"{"version":3,"protocol":"a","protocol":"json","version":1}"#,
    ])
    func accepted(_ record: String) throws {
        #expect(try Self.accept(record) == .json)
    }

    @Test(arguments: [
        (#"{"protocol":"foo","version":1}"#, "The protocol 'foo' is not supported."),
        (#"{"protocol":"","version":1}"#, "The protocol '' is not supported."),
        (#"{"protocol":"json ","version":1}"#, "The protocol 'json ' is not supported."),
        (#"{"protocol":"foo","version":99}"#, "The protocol 'foo' is not supported."),
        (#"{"protocol":"json","version":3}"#, "The server does not support version 3 of the 'json' protocol."),
        (#"{"protocol":"JSON","version":3}"#, "The server does not support version 3 of the 'JSON' protocol."),
        (
            #"{"protocol":"json","version":9223372036854775807}"#,
            "The server does not support version 9223372036854775807 of the 'json' protocol."
        ),
    ])
    func refused(_ record: String, _ error: String) {
        #expect(throws: Handshake.Refusal(error: error)) { try Self.accept(record) }
        #expect(throws: Handshake.Refusal(error: error)) { try Self.accept(record, detailedErrors: true) }
    }

    @Test(arguments: [
        ("", "Error reading JSON."), ("x", "Error reading JSON."), ("[]", "Error reading JSON."),
        ("null", "Error reading JSON."), (#""json""#, "Error reading JSON."),
        (#"{"protocol":"json","version":1"#, "Error reading JSON."),
        (#"{"protocol":"json","version":1}x"#, "Error reading JSON."),
        (#"{"protocol":"json","version":01}"#, "Error reading JSON."),
        (#"{"protocol":"\ud800","version":1}"#, "Error reading JSON."),
        ("{}", "Missing required property 'protocol'."),
        (#"{"type":6}"#, "Missing required property 'protocol'."),
        (#"{"Protocol":"json","version":1}"#, "Missing required property 'protocol'."),
        (#"{"version":1}"#, "Missing required property 'protocol'."),
        (#"{"protocol":"json"}"#, "Missing required property 'version'."),
        (#"{"protocol":1,"version":1}"#, "Expected 'protocol' to be of type String."),
        (#"{"protocol":null,"version":1}"#, "Expected 'protocol' to be of type String."),
        (#"{"protocol":{"a":1},"version":"1"}"#, "Expected 'protocol' to be of type String."),
        (#"{"protocol":"json","version":"1"}"#, "Expected 'version' to be of type Number."),
        (#"{"protocol":"json","version":1.5}"#, "Expected 'version' to be of type Number."),
        (#"{"protocol":"json","version":null}"#, "Expected 'version' to be of type Number."),
        (#"{"protocol":"json","version":[1]}"#, "Expected 'version' to be of type Number."),
        (#"{"protocol":"json","version":99999999999999999999}"#, "Expected 'version' to be of type Number."),
    ])
    func malformedRequests(_ record: String, _ detail: String) {
        #expect(throws: Handshake.Refusal(error: Self.malformed)) { try Self.accept(record) }
        let detailed = Handshake.Refusal(error: "\(Self.malformed) InvalidDataException: \(detail)")
        #expect(throws: detailed) { try Self.accept(record, detailedErrors: true) }
    }

    @Test func everyTruncationIsMalformed() {
        let record = Array(#"{"protocol":"json","version":1,"x":[{}]}"#.utf8)
        for count in record.indices {
            #expect(throws: Handshake.Refusal(error: Self.malformed)) {
                try Handshake.accept(ByteBuffer(bytes: record[..<count]))
            }
        }
    }

    @Test(arguments: 0..<8) func damageIsRefusedOrUnderstood(_ seed: UInt64) {
        var random = RandomMessages(seed: seed)
        var accepted = 0
        for _ in 0..<500 {
            var bytes = Array(#"{"protocol":"json","version":1}"#.utf8)
            random.damage(&bytes)
            do throws(Handshake.Refusal) {
                _ = try Handshake.accept(ByteBuffer(bytes: bytes))
                accepted += 1
            } catch {
                let response = error.response
                guard case .object(let members)? = JSONValue.foundation(response.bytes.dropLast()) else {
                    Issue.record("The answer is no JSON: \(response.bytes)")
                    continue
                }
                #expect(members == ["error": .string(error.error)])
            }
        }
        #expect(accepted > 0 && accepted < 500)
    }

    @Test func theRefusalIsARecord() {
        let refusal = Handshake.Refusal(error: "The protocol 'a\"\u{1E}\n' is not supported.")
        let text = #"{"error":"The protocol 'a\"\u001e\n' is not supported."}"# + "\u{1E}"
        #expect(String(buffer: refusal.response) == text)
        #expect(String(buffer: Handshake.Refusal.canceled.response) == "{\"error\":\"Handshake was canceled.\"}\u{1E}")
    }
}
