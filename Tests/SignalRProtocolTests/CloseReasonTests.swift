import SignalRProtocol
import Testing

@Suite struct CloseReasonTests {
    @Test(arguments: [
        (CloseReason.normal, "{\"type\":7}"),
        (.serverShuttingDown, #"{"type":7,"allowReconnect":true}"#),
        (
            .slowClient,
            #"{"type":7,"error":"Connection closed because the client does not keep up.","allowReconnect":true}"#
        ),
        (.clientTimedOut, #"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#),
        (.handshakeTimedOut, #"{"type":7}"#),
        (.connectionLost, #"{"type":7,"allowReconnect":true}"#),
        (.connectFailed, #"{"type":7,"error":"Connection closed with an error."}"#),
        (.connectFailed(detail: nil), #"{"type":7,"error":"Connection closed with an error."}"#),
        (
            .connectFailed(detail: "HubException: no"),
            #"{"type":7,"error":"Connection closed with an error. HubException: no"}"#
        ),
        (.protocolError(), #"{"type":7,"error":"Connection closed with an error.","allowReconnect":true}"#),
        (
            .protocolError(detail: "Error reading JSON."),
            #"{"type":7,"error":"Connection closed with an error. InvalidDataException: Error reading JSON.","allowReconnect":true}"#
        ),
    ])
    func messages(_ reason: CloseReason, _ json: String) {
        #expect(written { JSONHubProtocol.encodeClose(reason.message, into: &$0) } == json + "\u{1E}")
    }

    @Test func namesAreDifferentAndFitForMetrics() {
        let reasons: [CloseReason] = [
            .normal, .serverShuttingDown, .slowClient, .clientTimedOut, .handshakeTimedOut, .connectionLost, .connectFailed,
            .protocolError(),
        ]
        #expect(Set(reasons.map(\.name)).count == reasons.count)
        for reason in reasons {
            #expect(reason.name.allSatisfy { $0 == "_" || $0.isASCII && $0.isLowercase }, "\(reason.name)")
        }
        // A detail would make a dimension of it.
        #expect(CloseReason.protocolError(detail: "a").name == CloseReason.protocolError().name)
        #expect(CloseReason.connectFailed(detail: "a").name == CloseReason.connectFailed.name)
    }
}
