import GraphRelay
import NIOCore
import Testing

@testable import tidings

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

struct FailureTests {
    private func listening(_ code: CInt) -> String? {
        Failure(
            listeningAt: "10.1.1.1", port: 80, option: "--port", IOError(errnoCode: code, reason: "bind")
        )?.description
    }

    @Test func aPortThatCannotBeOpenedIsExplained() {
        #expect(self.listening(EADDRINUSE) == "Port 80 is in use by another program; stop it or choose another with --port.")
        #expect(self.listening(EACCES) == "Port 80 may not be opened by this user; choose one above 1023 with --port.")
        #expect(
            self.listening(EADDRNOTAVAIL) == "The address 10.1.1.1 is not one of this machine's; set http.host to one that is."
        )
        #expect(self.listening(EMFILE)?.hasPrefix("Port 80 at 10.1.1.1 cannot be opened: ") == true)
        #expect(Failure(listeningAt: "x", port: 1, option: "", CancellationError()) == nil)
    }

    @Test func anyErrorIsOneSentence() {
        #expect(Failure(RelayError(.storageFailed, "No space.")).description == "No space.")
        #expect(Failure(Failure("Mine.")).description == "Mine.")
        #expect(Failure(CancellationError()).description.contains("CancellationError"))
        #expect(Failure(IOError(errnoCode: ENOSPC, reason: "write secret")).description.contains("secret") == false)
    }
}
