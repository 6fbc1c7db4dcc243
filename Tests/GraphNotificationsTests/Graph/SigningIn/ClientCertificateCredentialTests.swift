import Crypto
import CryptoExtras
import Foundation
import JWTKit
import SwiftASN1
import Testing
import X509

@testable import GraphNotifications

@Suite struct ClientCertificateCredentialTests {
    private struct Claims: JWTPayload {
        var aud: String
        var iss: String
        var sub: String
        var jti: String
        var nbf: Int64
        var iat: Int64
        var exp: Int64

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    private let signIn = PlayedSignIn()
    private let time = ManualTime()

    private func credential(
        _ made: TestCertificate, _ algorithm: ClientAssertion.Algorithm = .ps256
    ) throws -> ClientCertificateCredential {
        ClientCertificateCredential(
            self.signIn.service(now: { [time] in time.milliseconds }),
            certificate: try ClientCertificate(pem: made.certificate + "\n" + made.key.pemRepresentation),
            algorithm: algorithm, newID: { "id 1" }
        )
    }

    @Test(arguments: [ClientAssertion.Algorithm.ps256, .rs256])
    func showsASignedAssertion(algorithm: ClientAssertion.Algorithm) async throws {
        let made = try TestCertificate()
        #expect(try await self.credential(made, algorithm).token().value == "token1")
        #expect(self.signIn.requests.first?.url == "https://login.test/contoso/oauth2/v2.0/token")
        let form = self.signIn.form(0)
        #expect(
            form.filter { $0.key != "client_assertion" } == [
                "client_id": "app", "scope": "https://graph.test/.default", "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ]
        )
        let token = try #require(form["client_assertion"])
        let parts = token.split(separator: ".").map(String.init)
        #expect(parts.count == 3 && !token.contains("="))

        let header = try #require(try JSONSerialization.jsonObject(with: try self.data(parts[0])) as? [String: String])
        #expect(
            header == ["alg": algorithm == .ps256 ? "PS256" : "RS256", "typ": "JWT", "x5t#S256": try made.thumbprint]
        )
        // Once with the library that did not sign it, from the certificate; once with the one that did.
        let certificate = try Certificate(pemEncoded: made.certificate)
        let publicKey = try #require(_RSA.Signing.PublicKey(certificate.publicKey))
        let signature = _RSA.Signing.RSASignature(rawRepresentation: try self.data(parts[2]))
        let digest = SHA256.hash(data: Data("\(parts[0]).\(parts[1])".utf8))
        let (right, wrong): (_RSA.Signing.Padding, _RSA.Signing.Padding) =
            algorithm == .ps256 ? (.PSS, .insecurePKCS1v1_5) : (.insecurePKCS1v1_5, .PSS)
        #expect(publicKey.isValidSignature(signature, for: digest, padding: right))
        #expect(!publicKey.isValidSignature(signature, for: digest, padding: wrong))

        let keys = JWTKeyCollection()
        let key = try Insecure.RSA.PublicKey(certificatePEM: made.certificate)
        switch algorithm {
        case .ps256: await keys.add(pss: key, digestAlgorithm: .sha256)
        case .rs256: await keys.add(rsa: key, digestAlgorithm: .sha256)
        }
        let claims = try await keys.verify(token, as: Claims.self)
        let now = ManualTime.start / 1_000
        #expect(claims.aud == "https://login.test/contoso/oauth2/v2.0/token")
        #expect(claims.iss == "app" && claims.sub == "app" && claims.jti == "id 1")
        #expect(claims.nbf == now && claims.iat == now && claims.exp == now + 600)
    }

    private func data(_ base64URL: String) throws -> Data {
        var text = base64URL.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.count % 4 != 0 { text.append("=") }
        return try #require(Data(base64Encoded: text))
    }

    @Test func anExpiredCertificateIsNotTried() async throws {
        let made = try TestCertificate(until: Date(timeIntervalSince1970: Double(ManualTime.start / 1_000)))
        let error = await #expect(throws: GraphError.self) { try await self.credential(made).token() }
        #expect(error?.code == .credentialRefused && error?.message.contains("has expired") == true)
        #expect(self.signIn.requests.isEmpty)
    }

    @Test func claimsArePassedOn() async throws {
        _ = try await self.credential(TestCertificate()).token(for: TokenDemand(claims: #"{"a":1}"#))
        #expect(self.signIn.form(0)["claims"] == #"{"a":1}"#)
    }

    @Test func aCertificateNobodyKnows() async throws {
        self.signIn.answer(401, #"{"error":"invalid_client","error_codes":[700027]}"#)
        let error = await #expect(throws: GraphError.self) { try await self.credential(TestCertificate()).token() }
        #expect(error?.message.contains("upload it") == true && error?.graphCode == "invalid_client")
    }
}
