import Crypto
import CryptoExtras
import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct EncryptionCertificateTests {
    private static func draft(_ certificate: String?, id: String? = "key-1") -> SubscriptionDraft {
        var draft = SubscriptionDraft.mail("users/sales@example.com/messages?$select=subject")
        draft.includeResourceData = true
        draft.encryptionCertificate = certificate
        draft.encryptionCertificateID = id
        return draft
    }

    private static func refused(_ draft: SubscriptionDraft) -> GraphRefusal? {
        var graph = emptyGraph()
        return refusal { () throws(GraphRefusal) in _ = try graph.propose(draft, from: caller, now: morning) }
    }

    @Test func whatIsAccepted() throws {
        let certificate = try TestCertificate()
        var graph = emptyGraph()
        let subscription = try graph.subscribe(Self.draft(certificate.base64))
        let encryption = try #require(subscription.encryption)
        #expect(encryption.id == "key-1")
        #expect(encryption.publicKey == certificate.key.publicKey.derRepresentation)
        let digest = Insecure.SHA1.hash(data: certificate.der).map { String(format: "%02X", $0) }.joined()
        #expect(encryption.thumbprint == digest)
        let json = try object(String(buffer: subscription.json().bytes))
        #expect(json["includeResourceData"] as? Bool == true)
        #expect(json["encryptionCertificate"] is NSNull)
        #expect(json["encryptionCertificateId"] as? String == "key-1")
    }

    @Test func whatIsRefused() throws {
        let certificate = try TestCertificate()
        #expect(Self.refused(Self.draft(nil)) == .missingProperty("encryptionCertificate"))
        #expect(Self.refused(Self.draft(certificate.base64, id: nil)) == .missingProperty("encryptionCertificateId"))
        let junk = Self.refused(Self.draft("bm90IGEgY2VydGlmaWNhdGU="))
        #expect(junk?.status == .badRequest)
        #expect(junk?.code == "InvalidRequest")
        #expect(junk?.message == "Certificate validation error: Cannot find the requested object.")
        #expect(Self.refused(Self.draft("%")) == .notACertificate)
        #expect(Self.refused(Self.draft(Data(certificate.pem.utf8).base64EncodedString())) == .notACertificate)
        #expect(
            Self.refused(Self.draft(certificate.key.publicKey.derRepresentation.base64EncodedString())) == .notACertificate)
        #expect(Self.refused(Self.draft(try TestCertificate.elliptic())) == .unfitCertificate)
        let weak = Self.refused(Self.draft(try TestCertificate(bits: 1024).base64))
        #expect(weak?.status == .badRequest)
        #expect(weak?.message.hasPrefix("Certificate validation error: ") == true)
        let longest = String(repeating: "x", count: 128)
        #expect(Self.refused(Self.draft(certificate.base64, id: longest)) == nil)
        #expect(Self.refused(Self.draft(certificate.base64, id: longest + "x")) == .certificateIDTooLong)
    }

    /// A certificate that is not asked for is not looked at.
    @Test func withoutResourceData() {
        var draft = Self.draft("nonsense")
        draft.includeResourceData = false
        #expect(Self.refused(draft) == nil)
    }

    @Test func rotation() throws {
        var graph = emptyGraph()
        let first = try TestCertificate()
        let second = try TestCertificate()
        let subscription = try graph.subscribe(Self.draft(first.base64))
        var draft = SubscriptionDraft()
        draft.expiresAt = morning + 60 * minute
        draft.encryptionCertificate = "nonsense"
        func propose() throws(GraphRefusal) {
            _ = try graph.proposeUpdate(of: subscription.id, with: draft, from: caller, now: morning)
        }
        #expect(refusal { () throws(GraphRefusal) in try propose() } == .notACertificate)
        draft.encryptionCertificate = second.base64
        draft.encryptionCertificateID = "key-2"
        try propose()
        let renewed = try graph.update(
            subscription.id, with: draft, from: caller, requestedAt: morning, now: morning
        ).subscription
        #expect(renewed.encryption == (try EncryptionCertificate(second.base64, id: "key-2")))
        draft = SubscriptionDraft()
        draft.encryptionCertificate = first.base64
        #expect(refusal { () throws(GraphRefusal) in try propose() } == .nothingToUpdate)
    }
}
