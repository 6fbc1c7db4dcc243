import Foundation
import Testing

@testable import GraphNotifications

@Suite struct WorkloadIdentityCredentialTests {
    private let signIn = PlayedSignIn()
    private let time = ManualTime()

    private func credential(file: String) -> WorkloadIdentityCredential {
        WorkloadIdentityCredential(
            self.signIn.service(now: { [time] in time.milliseconds }), platformToken: WorkloadIdentityCredential.reading(file)
        )
    }

    private func withFile(_ body: (URL) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await body(directory.appending(path: "token"))
    }

    @Test func theFileIsReadEachTime() async throws {
        try await self.withFile { file in
            // As Kubernetes does: a link, whose target is replaced.
            let target = file.deletingLastPathComponent().appending(path: "..data")
            try Data("first.jwt\n".utf8).write(to: target)
            try FileManager.default.createSymbolicLink(at: file, withDestinationURL: target)
            let credential = self.credential(file: file.path)
            let token = try await credential.token()
            #expect(token.value == "token1")
            let form = self.signIn.form(0)
            #expect(form["client_assertion"] == "first.jwt" && form["grant_type"] == "client_credentials")
            #expect(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            #expect(form["client_secret"] == nil && form["scope"] == "https://graph.test/.default")
            try Data("second.jwt".utf8).write(to: target)
            _ = try await credential.token(for: TokenDemand(refused: token))
            #expect(self.signIn.form(1)["client_assertion"] == "second.jwt")
        }
    }

    @Test func aFileThatIsNoTokenIsNotSent() async throws {
        try await self.withFile { file in
            for content in [nil, Data(), Data(repeating: 0x41, count: 65_537), Data([0xFF, 0xFE])] {
                try? FileManager.default.removeItem(at: file)
                try content?.write(to: file)
                let error = await #expect(throws: GraphError.self) { try await self.credential(file: file.path).token() }
                #expect(error?.code == .credentialRefused && error?.message.contains(file.path) == true)
            }
        }
        #expect(self.signIn.requests.isEmpty)
    }

    @Test(arguments: [70_021, 700_213])
    func saysWhatToCompare(number: Int) async throws {
        self.signIn.answer(400, #"{"error":"invalid_client","error_codes":[\#(number)]}"#)
        let credential = WorkloadIdentityCredential(self.signIn.service(now: { 0 }), platformToken: { "t" })
        let error = await #expect(throws: GraphError.self) { try await credential.token() }
        #expect(error?.message.contains("issuer, subject and audience") == true)
    }
}
