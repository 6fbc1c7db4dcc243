import SignalRProtocol
import Testing

@Suite struct HubErrorTextTests {
    @Test func theTextsOfASPNETCore() {
        #expect(HubErrorText.invocationFailed("X", detail: nil) == "An unexpected error occurred invoking 'X' on the server.")
        #expect(
            HubErrorText.invocationFailed("X", detail: "HubException: my text")
                == "An unexpected error occurred invoking 'X' on the server. HubException: my text"
        )
        #expect(HubErrorText.bindingFailed("X", detail: nil) == "Failed to invoke 'X' due to an error on the server.")
        #expect(
            HubErrorText.bindingFailed("X", detail: "InvalidDataException: no")
                == "Failed to invoke 'X' due to an error on the server. InvalidDataException: no"
        )
        #expect(
            HubErrorText.unknownMethod("X")
                == "Failed to invoke 'X' due to an error on the server. HubException: Method does not exist."
        )
        #expect(
            HubErrorText.notStreaming("X")
                == "The client attempted to invoke the non-streaming 'X' method with a streaming invocation."
        )
        #expect(
            HubErrorText.unexpectedStreams("X", count: 1)
                == "An unexpected error occurred invoking 'X' on the server. HubException: Client sent 1 stream(s), Hub method"
                + " expects 0."
        )
    }

    /// The method's name as the client wrote it.
    @Test func namesStayAsTheyAre() {
        #expect(HubErrorText.notStreaming("sEND'").contains("'sEND'' method"))
    }
}
