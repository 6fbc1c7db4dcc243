import NIOSSL
import Testing

@testable import SignalRClient

/// A client of a server whose certificate is its own issuer's, for `localhost`.
@Suite(.timeLimit(.minutes(1))) struct SecureTests {
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBYTCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwIBcNMjQwMTAxMDAwMDAwWhgPMjEyNDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABA1ad7f3wIachnXW
        +NtwHJfrTChOWvmKeidts066qmO3ybmr4oZ/80m16ZFKamGOQAzEnwK9ucOANOCC
        VcYK9xejSDBGMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAJBgNVHRMEAjAA
        MB0GA1UdDgQWBBRbV+Hcp+aBBSv692YB64vCpW11gDAKBggqhkjOPQQDAgNIADBF
        AiEAypDb/2QJRE8NGsyF9lc7PC6uItAsMk+2paEbSAVRL48CIGCHiX6+GHsl42jx
        BXW3NK2d+RV1qMkUoI9jTKqgvZrc
        -----END CERTIFICATE-----
        """

    /// Of nothing but these tests.
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgowovcrfDgd8jwuXV
        N8w9YyN8sl/NIyHUWthOPBZy4EKhRANCAAQNWne398CGnIZ11vjbcByX60woTlr5
        inonbbNOuqpjt8m5q+KGf/NJtemRSmphjkAMxJ8CvbnDgDTgglXGCvcX
        -----END PRIVATE KEY-----
        """

    private func client(_ host: String, _ port: Int, trusts certificates: [NIOSSLCertificate]) -> HubClient {
        var configuration = HubClient.Configuration()
        configuration.skipsNegotiation = true
        configuration.tls = .makeClientConfiguration()
        if !certificates.isEmpty { configuration.tls?.trustRoots = .certificates(certificates) }
        return HubClient(url: "https://\(host):\(port)/hub", configuration: configuration)
    }

    @Test func onlyATrustedServerIsSpokenTo() async throws {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)
        )
        try await ScriptedServer.run(tls: NIOSSLContext(configuration: tls)) { server, _ in
            try await server.shakeHands()
            _ = try await server.next()
            try await server.send(#"{"type":3,"invocationId":"0","result":3}"#)
            await server.waitForEnd()
        } _: { port in
            for host in ["localhost", "127.0.0.1"] {
                let sum: Int = try await self.client(host, port, trusts: certificates).run { try await $0.invoke("Add", 1, 2) }
                #expect(sum == 3)
                let error = try await clientError { try await self.client(host, port, trusts: []).run { _ in } }
                #expect(error?.code == .unreachable)
            }
        }
    }
}
