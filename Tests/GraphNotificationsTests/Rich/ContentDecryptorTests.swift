import CryptoExtras
import NIOCore
import Testing

@testable import GraphNotifications

struct ContentDecryptorTests {
    private static let plaintext =
        ##"{"@odata.type":"#Microsoft.Graph.ChatMessage","id":"1717171717171","body":{"contentType":"text","content":"héllo"}}"##
    private let certificate = TestCertificates.first

    @Test func knownContentIsSealedAndOpened() throws {
        let content = try TestSealing().seal(Self.plaintext, for: self.certificate)
        // Made with OpenSSL, with the key 00 01 … 1f.
        #expect(
            content.data
                == "6qYyi6sfwX/0xv3ZSeeB3HJAHZqmkT0fWoaHRd+TbCbUhmRG4EkW4S8I3kepC81y0oe17cUuQICZ90FTFPC1gLRdLo1SpClFZA6PrhcOT/4i"
                + "KdJhw81jS64NlzjjGvis7sD27qOyA0BP1TeW5Ga10j7XLf5b6GjkcHOH0EI4+ME="
        )
        #expect(content.dataSignature == "GIgSw2pB2Z2Jpz3yGytxXXs8i7uAaVInas/MQTvCTwE=")
        let opened = try ContentDecryptor.open(content, with: self.certificate)
        #expect(String(buffer: opened) == Self.plaintext)
    }

    /// Each way of sealing, and of what is sealed, that differs from Graph's.
    @Test(arguments: [
        ("oaep256", ContentError.Code.wrongKey), ("signsText", .signatureMismatch), ("spoilsSignature", .signatureMismatch),
        ("shortKey", .wrongKey), ("otherCertificate", .wrongKey), ("noJSON", .unreadable), ("twoValues", .unreadable),
        ("changedData", .signatureMismatch), ("truncatedData", .signatureMismatch), ("oddData", .unreadable),
        ("noBase64", .unreadable), ("nothing", .unreadable), ("noSignature", .signatureMismatch),
    ])
    func whatIsSealedOtherwiseIsRefused(how: String, code: ContentError.Code) throws {
        var sealing = TestSealing()
        var plaintext = Self.plaintext
        switch how {
        case "oaep256": sealing.padding = .PKCS1_OAEP_SHA256
        case "signsText": sealing.signsText = true
        case "spoilsSignature": sealing.spoilsSignature = true
        case "shortKey": sealing.key = Array(0..<16)
        case "noJSON": plaintext = "hello"
        case "twoValues": plaintext = "{}{}"
        default: break
        }
        var content = try sealing.seal(plaintext, for: how == "otherCertificate" ? TestCertificates.second : self.certificate)
        switch how {
        case "changedData": content.data = "A" + content.data.dropFirst()
        case "truncatedData": content.data = String(content.data.prefix(64))
        case "oddData": content.data = "AAAA"
        case "noBase64": content.dataKey = "%" + content.dataKey.dropFirst()
        case "nothing": content.data = ""
        case "noSignature": content.dataSignature = ""
        default: break
        }
        let error = #expect(throws: ContentError.self) { try ContentDecryptor.open(content, with: self.certificate) }
        #expect(error?.code == code)
    }

    @Test func keysAreFoundByNameAndByThumbprint() throws {
        let keys = DecryptionKeys([TestCertificates.first, TestCertificates.second])
        var content = try TestSealing().seal("{}", for: TestCertificates.second)
        #expect(keys.key(for: content)?.id == "second")
        content.certificateID = "renamed"
        content.certificateThumbprint = content.certificateThumbprint?.lowercased()
        #expect(keys.key(for: content)?.id == "second")
        content.certificateThumbprint = nil
        #expect(keys.key(for: content) == nil)
        keys.replace(with: [TestCertificates.second])
        #expect(keys.current?.id == "second")
    }

    @Test func aKeyAndItsCertificateBelongTogether() throws {
        let first = try NewCertificate(name: "first")
        let second = try NewCertificate(name: "second")
        let key = try DecryptionKey(id: "a", certificatePEM: first.certificatePEM, privateKeyPEM: first.privateKeyPEM)
        #expect(key.thumbprint.count == 40)
        for (certificate, privateKey) in [
            (first.certificatePEM, second.privateKeyPEM), (first.privateKeyPEM, first.privateKeyPEM), (first.certificatePEM, ""),
            ("", first.privateKeyPEM),
        ] {
            let error = #expect(throws: GraphError.self) {
                try DecryptionKey(id: "a", certificatePEM: certificate, privateKeyPEM: privateKey)
            }
            #expect(error?.code == .invalidDeclaration)
        }
        #expect(throws: GraphError.self) {
            try DecryptionKey(
                id: String(repeating: "x", count: 129), certificatePEM: first.certificatePEM, privateKeyPEM: first.privateKeyPEM
            )
        }
        #expect(throws: GraphError.self) { try NewCertificate(name: "short", bits: 1024) }
    }
}
