import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import GraphEmulator

@Suite struct ClientAssertionTests {
    private let certificate: TestCertificate
    private let stranger: TestCertificate
    private let application: EmulatedApplication
    private static let tenantID = EmulatedTenant.contoso.id
    private static let audience = "https://login.microsoftonline.com/\(tenantID)/oauth2/v2.0/token"

    init() throws {
        self.certificate = try TestCertificate()
        self.stranger = try TestCertificate()
        var application = EmulatedApplication.contoso
        application.certificates = [self.certificate.pem]
        self.application = application
    }

    private func claims(_ change: (inout [String: Any]) -> Void = { _ in }) -> [String: Any] {
        var claims: [String: Any] = [
            "aud": Self.audience, "iss": self.application.id, "sub": self.application.id, "jti": "j-1",
            "nbf": morning / 1000, "iat": morning / 1000, "exp": morning / 1000 + 600,
        ]
        change(&claims)
        return claims
    }

    private func refused(_ text: String) -> SignInRefusal? {
        signInRefusal { () throws(SignInRefusal) in
            _ = try ClientAssertion.check(text, of: self.application, tenantID: Self.tenantID, now: morning)
        }
    }

    @Test(arguments: ["PS256", "RS256"]) func bothAlgorithms(_ algorithm: String) throws {
        #expect(self.refused(try self.certificate.assertion(self.claims(), algorithm: algorithm)) == nil)
    }

    /// As azure-identity names its certificate.
    @Test func aThumbprintWithPadding() throws {
        #expect(self.refused(try self.certificate.assertion(self.claims(), algorithm: "RS256", padding: "=")) == nil)
    }

    @Test func audiences() throws {
        for audience in [
            "http://127.0.0.1:8081/\(Self.tenantID)/oauth2/v2.0/token", "https://localhost:1/\(Self.tenantID)/v2.0",
            "https://login.microsoftonline.com/\(Self.tenantID)/oauth2/token",
        ] {
            #expect(self.refused(try self.certificate.assertion(self.claims { $0["aud"] = audience })) == nil)
            #expect(self.refused(try self.certificate.assertion(self.claims { $0["aud"] = ["x", audience] })) == nil)
        }
        for audience: Any in ["https://evil.example/\(Self.tenantID)/oauth2/v2.0/token", Self.audience + "x", [String](), "x"] {
            #expect(self.refused(try self.certificate.assertion(self.claims { $0["aud"] = audience })) == .assertionForOthers)
        }
    }

    @Test func whatIsRefused() throws {
        #expect(self.refused("x") == .malformedAssertion)
        #expect(self.refused("e30.e30.e30") == .malformedAssertion)
        let strange = self.refused(try self.stranger.assertion(self.claims()))
        #expect(strange?.number == 700_027)
        #expect(strange?.error == "invalid_client")
        let text = try self.certificate.assertion(self.claims())
        #expect(self.refused(String(text.dropLast(6)) + "AAAAAA")?.number == 700_027)
        #expect(self.refused(try self.certificate.assertion(self.claims { $0["iss"] = "other" })) == .foreignAssertion)
        #expect(
            self.refused(
                try self.certificate.assertion(
                    self.claims {
                        $0["iss"] = "other"
                        $0["sub"] = "other"
                    })) == .foreignAssertion)
        for change in [("exp", morning / 1000 - 300), ("nbf", morning / 1000 + 300)] {
            #expect(
                self.refused(try self.certificate.assertion(self.claims { $0[change.0] = change.1 })) == .assertionOutOfTime)
        }
        let almost = self.claims { $0["exp"] = morning / 1000 - 299 }
        #expect(self.refused(try self.certificate.assertion(almost)) == nil)
    }

    private func form(_ assertion: String) -> String {
        "client_id=\(self.application.id)&scope=https://graph.microsoft.com/.default&grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=\(assertion)"
    }

    private func graph(_ change: (inout GraphEmulatorConfiguration) -> Void = { _ in }) -> EmulatedGraph {
        var tenant = EmulatedTenant.contoso
        tenant.applications[0] = self.application
        return emptyGraph {
            $0.directory = EmulatedSeed(tenants: [tenant])
            change(&$0)
        }
    }

    private func sign(_ form: String, in graph: inout EmulatedGraph) throws(SignInRefusal) -> TokenGrant {
        let request = EmulatorRequest(.post, "/", body: .init(string: form))
        return try graph.token(SignInForm(request), tenant: Self.tenantID, now: morning)
    }

    @Test func aTokenForAnAssertion() throws {
        var graph = self.graph()
        let grant = try self.sign(self.form(try self.certificate.assertion(self.claims())), in: &graph)
        #expect(grant.token.claims.proofV1 == "2")
        #expect(grant.token.claims.objectID == self.application.servicePrincipalID)
        let wrongType = self.form("x").replacing("jwt-bearer", with: "saml")
        #expect(signInRefusal { () throws(SignInRefusal) in _ = try self.sign(wrongType, in: &graph) } == .malformedAssertion)
    }

    @Test func theSameAgain() throws {
        let form = self.form(try self.certificate.assertion(self.claims()))
        let another = self.form(try self.certificate.assertion(self.claims { $0["jti"] = "j-2" }))
        var graph = self.graph()
        _ = try self.sign(form, in: &graph)
        _ = try self.sign(form, in: &graph)
        graph = self.graph { $0.refusesReplayedAssertions = true }
        _ = try self.sign(form, in: &graph)
        #expect(signInRefusal { () throws(SignInRefusal) in _ = try self.sign(form, in: &graph) } == .replayedAssertion)
        _ = try self.sign(another, in: &graph)
    }

    @Test func onlySoManyAreRemembered() {
        var seen = SeenIDs()
        let first = (0...SeenIDs.maximumCount).map { seen.isNew("\($0)") }
        #expect(first.allSatisfy { $0 })
        let again = ["0", "2"].map { seen.isNew($0) }
        #expect(again == [true, false])
    }
}
