import HTTPTypes
import NIOCore
import Testing

@testable import GraphEmulator

struct FaultDescriptionTests {
    private func read(_ json: String) throws(AdminRefusal) -> Fault {
        try FaultDescription(ByteBuffer(string: json)).fault()
    }

    @Test(arguments: [
        Fault(.deliveries, .status(503)), Fault(.endpoint("http://127.0.0.1:1/n"), .status(429, retryAfter: .seconds(7))),
        Fault(.subscription("s"), .status(429, retryAfter: .decimal(1.5)), count: 3),
        Fault(.route("POST /v1.0/subscriptions"), .doneButStatus(504, retryAfter: .date(9)), probability: 0.25),
        Fault(.deliveries, .delay(.milliseconds(1500))), Fault(.deliveries, .slowAnswer(.seconds(4))),
        Fault(.deliveries, .timeout), Fault(.deliveries, .drop), Fault(.deliveries, .duplicate), Fault(.deliveries, .reorder),
        Fault(.deliveries, .missed), Fault(.deliveries, .removal), Fault(.deliveries, .content(.notJSON)),
        Fault(.deliveries, .tokens(.null)),
    ])
    func eachComesBackAsItWas(fault: Fault) throws {
        var text = String(buffer: FaultDescription(fault).json(number: 1).bytes)
        text.replace(#""id":1,"#, with: "")
        #expect(try self.read(text) == fault)
    }

    @Test func partsOfATimeAreNoTimes() {
        let refusal = #expect(throws: AdminRefusal.self) { try self.read(#"{"effect":"drop","count":1.5}"#) }
        // Not every decoder says which number it is.
        #expect(refusal?.sentence.contains("must be a whole") == true)
    }

    @Test(arguments: [
        (#"{"effect":"dorp"}"#, "There is no effect 'dorp'; did you mean 'drop'?"),
        (#"{"effect":"drop","cuont":1}"#, "There is no member 'cuont'; did you mean 'count'?"),
        (#"{"count":1}"#, "'effect' is missing."), (#"{"effect":"drop","count":"x"}"#, "'count' must be a whole number."),
        (#"{"effect":"status"}"#, "The effect 'status' needs 'status'."),
        (#"{"effect":"drop","status":503}"#, "'status' is for the effects status and doneButStatus only."),
        (
            #"{"effect":"drop","route":"/x","endpoint":"http://127.0.0.1"}"#,
            "A fault has one place: 'route', 'subscription' or 'endpoint'."
        ),
        (#"{"effect":"content","flaw":"wrongKye"}"#, "There is no flaw 'wrongKye'; did you mean 'wrongKey'?"),
        (#"{"effect":"status","status":429,"retryAfterStyle":"date"}"#, "'retryAfterStyle' needs 'retryAfter'."),
        ("[]", "The body must be a JSON object."), ("{", "The body is not JSON."),
    ])
    func whatIsWrongIsSaidInASentence(json: String, sentence: String) {
        let refusal = #expect(throws: AdminRefusal.self) { try self.read(json) }
        #expect(refusal?.sentence == sentence)
        #expect(refusal?.status.code == 400)
    }
}
