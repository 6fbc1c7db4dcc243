import Crypto
import CryptoExtras
import Foundation
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct ContentEncryptorTests {
    /// Made with OpenSSL 3.0.
    private static let key = (0..<32).map { UInt8($0) }
    private static let plaintext =
        ##"{"@odata.type":"#Microsoft.Graph.ChatMessage","id":"1717171717171","body":{"contentType":"text","content":"héllo"}}"##
    private static let data =
        "6qYyi6sfwX/0xv3ZSeeB3HJAHZqmkT0fWoaHRd+TbCbUhmRG4EkW4S8I3kepC81y0oe17cUuQICZ90FTFPC1gLRdLo1SpClFZA6PrhcOT/4iKdJhw81jS64NlzjjGvis7sD27qOyA0BP1TeW5Ga10j7XLf5b6GjkcHOH0EI4+ME="
    private static let signature = "GIgSw2pB2Z2Jpz3yGytxXXs8i7uAaVInas/MQTvCTwE="
    private static let certificate =
        "MIICsjCCAZqgAwIBAgICEJIwDQYJKoZIhvcNAQELBQAwHDEaMBgGA1UEAwwRZ3JhcGgtbm90aWZ5LXRlc3QwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAwMDAwWjAcMRowGAYDVQQDDBFncmFwaC1ub3RpZnktdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAK4aQmk7vUgIHQj9bvAFyXZz1MdYp+Ye7us42yB9dWg1fCfpC4pr4JVffCdTMNgYs3ICeFM/17/7dv6MfAQdXegBLcYboBYIeNhw78oYf2I8NGuZzVI1StUE8/OrxEp84i+K3eUPIJ3dfStF9oeAkWWV3tClEu5pZVQ35ukjw/mNhGJJ7FO7J0r3omTHb7TtdjFnLTTOyx3B4vQDFMJYaPhbV3woinvf+S7VFk0f4jvPFGzts8JLf+1DWqq4dA6Tzu+1osIBFkwyBdLIezeoa/+WPpPb3tG49Hkpy0WfvS4ObYSpTgOrd0JrXgUaRf+wakrolaoqa3nQirNfunF/rpMCAwEAATANBgkqhkiG9w0BAQsFAAOCAQEAQSDXjzvOcO7qPc7g4DkIWss4EKiRzePpFUXeOSk22SezhTVUqodZyJJ2Irnq7VCcBaie3nTwBngaz4HcpyzL/qtRBK6oLh/ZC+szaABg8Z5Lh5GVF4m05kaDgdKlGcT8q1wrea2uuftSInP2vwLdO6WEB/i257M08FtoUfcpGlOJ+4rxf4wH5eCPYYYq4k/ud7oENkD3Y0+2ahL1XuHqH/h0LZuUQceDBGODE4OPIqQKflBAvPpRvq8ExMY9YsNqeAJcNseUEvMFB4EiSPPmenOlkoJqXp3X6O0F/Ahx4UaA0aJUXtP6vRKUH3eiCHzLeAWL05JKLtQdo3Iu6B4+Bw=="

    private static func sealed(_ certificate: TestCertificate, flaw: Fault.ContentFlaw? = nil) throws -> [String: Any] {
        let content = UnsealedContent(
            plaintext: ByteBuffer(string: Self.plaintext), key: Self.key,
            certificate: try EncryptionCertificate(certificate.base64, id: "graph-notify-2026-11"), flaw: flaw
        )
        return try object(String(buffer: ContentEncryptor.seal(content).bytes))
    }

    @Test func symmetricPartsAreThoseOfOpenSSL() throws {
        let sealed = try ContentEncryptor.encrypt(Data(Self.plaintext.utf8), key: Self.key)
        #expect(sealed.data.base64EncodedString() == Self.data)
        #expect(sealed.signature.base64EncodedString() == Self.signature)
    }

    @Test func thumbprintIsThatOfOpenSSL() throws {
        let certificate = try EncryptionCertificate(Self.certificate, id: "graph-notify-2026-11")
        #expect(certificate.thumbprint == "63B4D17004EE199905D65192DB3601877F3C53CD")
    }

    @Test func theOwnerOfTheKeyOpensIt() throws {
        let certificate = try TestCertificate()
        let content = try Self.sealed(certificate)
        #expect(try certificate.open(content) == Self.plaintext)
        #expect(content["data"] as? String == Self.data)
        #expect(content["encryptionCertificateId"] as? String == "graph-notify-2026-11")
        let thumbprint = Insecure.SHA1.hash(data: certificate.der).map { String(format: "%02X", $0) }.joined()
        #expect(content["encryptionCertificateThumbprint"] as? String == thumbprint)
        #expect(content.count == 5)
        // The padding is that of SHA-1.
        let opener = try _RSA.Encryption.PrivateKey(derRepresentation: certificate.key.derRepresentation)
        let dataKey = try #require((content["dataKey"] as? String).flatMap { Data(base64Encoded: $0) })
        #expect(throws: (any Error).self) { try opener.decrypt(dataKey, padding: .PKCS1_OAEP_SHA256) }
        #expect(throws: (any Error).self) { try TestCertificate().open(content) }
    }

    @Test func eachFlawIsOne() throws {
        let certificate = try TestCertificate()
        for flaw in Fault.ContentFlaw.allCases {
            let content = try Self.sealed(certificate, flaw: flaw)
            switch flaw {
            case .notJSON:
                let text = try certificate.open(content)
                #expect(throws: (any Error).self) { try object(text) }
            case .unknownCertificate:
                #expect(content["encryptionCertificateId"] as? String != "graph-notify-2026-11")
                #expect(content["encryptionCertificateThumbprint"] as? String == String(repeating: "0", count: 40))
            case .wrongSignature:
                #expect(content["data"] as? String == Self.data)
                #expect(content["dataSignature"] as? String != Self.signature)
                #expect(throws: TestCertificate.Tampered.self) { try certificate.open(content) }
            case .unknownCertificateID:
                #expect(content["encryptionCertificateId"] as? String != "graph-notify-2026-11")
                #expect(try certificate.open(content) == Self.plaintext)
            case .withoutSignature:
                #expect(content["data"] as? String == Self.data)
                #expect(content["dataSignature"] == nil)
            case .tampered:
                #expect(content["data"] as? String != Self.data)
                #expect(content["dataSignature"] as? String == Self.signature)
            case .wrongKey, .wrongKeyPadding, .shortKey, .truncated, .wrongPadding, .notUTF8:
                #expect(throws: (any Error).self) { try certificate.open(content) }
                // Not because of the signature.
                if flaw == .truncated || flaw == .wrongPadding {
                    #expect(content["dataSignature"] as? String != Self.signature)
                }
            }
        }
    }
}
