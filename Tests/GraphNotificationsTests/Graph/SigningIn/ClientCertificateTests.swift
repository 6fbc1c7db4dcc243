import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import Testing

@testable import GraphNotifications

@Suite struct ClientCertificateTests {
    @Test func readsCertificateAndKeyInAnyOrder() throws {
        let made = try TestCertificate()
        let other = try TestCertificate()
        let pkcs8 = made.key.pkcs8PEMRepresentation
        let pkcs1 = made.key.pemRepresentation
        for pem in [
            made.certificate + "\n" + pkcs8, pkcs1 + "\n" + made.certificate,
            "Bag Attributes\n  friendlyName: x\n" + other.certificate + "\n" + pkcs8 + "\n" + made.certificate,
        ] {
            let certificate = try ClientCertificate(pem: pem)
            #expect(try certificate.thumbprint == made.thumbprint)
            #expect(certificate.expiresAt == 2_000_000_000_000)
        }
    }

    @Test func theThumbprintIsThatOfOpenSSL() throws {
        let der = try #require(Data(base64Encoded: Self.known))
        #expect(ClientCertificate.thumbprint(of: Array(der)) == "cYf5fccqIy-9WsCCJsfQDt0rBEVfSUQIGOOCp0FMdo8")
    }

    @Test func saysWhatIsMissing() throws {
        let made = try TestCertificate()
        let other = try TestCertificate()
        let curve = P256.Signing.PrivateKey().pemRepresentation
        let encrypted = PEMDocument(type: "ENCRYPTED PRIVATE KEY", derBytes: [0x30, 0x00]).pemString
        for (pem, words) in [
            ("", "no private key"), ("nonsense", "no private key"), (made.certificate, "no private key"),
            (made.key.pemRepresentation, "no certificate that belongs"),
            (made.certificate + "\n" + other.key.pemRepresentation, "no certificate that belongs"),
            (made.certificate + "\n" + curve, "not an RSA key"), (made.certificate + "\n" + encrypted, "is encrypted"),
            ("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----", "not a PEM file"),
        ] {
            let error = #expect(throws: GraphError.self) { try ClientCertificate(pem: pem) }
            #expect(error?.code == .invalidDeclaration && error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    @Test func doesNotShowItsKey() throws {
        let made = try TestCertificate()
        let certificate = try ClientCertificate(pem: made.certificate + "\n" + made.key.pemRepresentation)
        #expect("\(certificate) \(String(reflecting: certificate))".contains("PRIVATE") == false)
    }

    /// Of another make; its thumbprint was taken with OpenSSL.
    private static let known = """
        MIICsjCCAZqgAwIBAgICEJIwDQYJKoZIhvcNAQELBQAwHDEaMBgGA1UEAwwRZ3JhcGgtbm90aWZ5LXRlc3QwHhcNMjYwMTAxMDAwMDAwWhcNND\
        YwMTAxMDAwMDAwWjAcMRowGAYDVQQDDBFncmFwaC1ub3RpZnktdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK4aQmk7vUgI\
        HQj9bvAFyXZz1MdYp+Ye7us42yB9dWg1fCfpC4pr4JVffCdTMNgYs3ICeFM/17/7dv6MfAQdXegBLcYboBYIeNhw78oYf2I8NGuZzVI1StUE8/\
        OrxEp84i+K3eUPIJ3dfStF9oeAkWWV3tClEu5pZVQ35ukjw/mNhGJJ7FO7J0r3omTHb7TtdjFnLTTOyx3B4vQDFMJYaPhbV3woinvf+S7VFk0f\
        4jvPFGzts8JLf+1DWqq4dA6Tzu+1osIBFkwyBdLIezeoa/+WPpPb3tG49Hkpy0WfvS4ObYSpTgOrd0JrXgUaRf+wakrolaoqa3nQirNfunF/rp\
        MCAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAQSDXjzvOcO7qPc7g4DkIWss4EKiRzePpFUXeOSk22SezhTVUqodZyJJ2Irnq7VCcBaie3nTwBnga\
        z4HcpyzL/qtRBK6oLh/ZC+szaABg8Z5Lh5GVF4m05kaDgdKlGcT8q1wrea2uuftSInP2vwLdO6WEB/i257M08FtoUfcpGlOJ+4rxf4wH5eCPYY\
        Yq4k/ud7oENkD3Y0+2ahL1XuHqH/h0LZuUQceDBGODE4OPIqQKflBAvPpRvq8ExMY9YsNqeAJcNseUEvMFB4EiSPPmenOlkoJqXp3X6O0F/Ahx\
        4UaA0aJUXtP6vRKUH3eiCHzLeAWL05JKLtQdo3Iu6B4+Bw==
        """
}
