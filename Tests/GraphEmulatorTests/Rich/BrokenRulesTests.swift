import GraphNotifications
import NIOHTTP1
import Testing

@testable import GraphEmulator

/// Each rule by which a receiver of rich notifications protects itself is broken alone, and Tidings' own receiver must notice.
///
/// The clock is the real one, stopped: tokens are valid by the receiver's clock, and nothing is sent before the test says so.
@Suite(.timeLimit(.minutes(5))) struct BrokenRulesTests {
    private static let certificate = Result { try TestCertificate() }
    private static let versions: [TokenVersion] = [.v1, .v2]

    private static let served = "A validation token is not of a tenant that is served here."
    private static let issuer = "A validation token was issued by somebody else than its tenant's directory."
    private static let publisher = "A validation token was not given to Microsoft Graph's publisher of notifications."
    private static let algorithm = "A validation token is signed with RS256."
    private static let noneOfTheTenant = "There is no validation token for the tenant of a notification."
    private static let noneOfTheApplication =
        "There is no validation token for the application of an encrypted notification."

    /// Why a `POST` with this flaw is not believed; `nil` if there is nothing to believe.
    private static func refusal(of flaw: Fault.TokenFlaw) -> String? {
        switch flaw {
        case .expired, .withoutExpiry: "A validation token has expired."
        case .notYetValid: "A validation token is not valid yet."
        case .wrongAudience: "A validation token is for another application."
        case .wrongPublisher, .withoutPublisher, .publisherInOtherClaim: Self.publisher
        case .wrongTenant: Self.served
        case .issuerOfAnotherTenant, .unknownIssuer: Self.issuer
        case .wrongSignature: "The signature of the token is wrong."
        case .unknownKey: "The token is signed with a key that is not the issuer's, or no longer."
        case .algorithmNone: "The token is signed in a way that is not accepted."
        case .symmetricAlgorithm, .otherAlgorithm: Self.algorithm
        case .missing, .incomplete: Self.noneOfTheTenant
        case .null: nil
        }
    }

    /// Why content with this flaw is not opened; `nil` if it is.
    private static func refusal(of flaw: Fault.ContentFlaw) -> String? {
        switch flaw {
        case .wrongSignature, .withoutSignature, .tampered:
            "The content was changed on its way, or was not sealed by whom it claims: its signature is wrong."
        case .wrongKey, .wrongKeyPadding:
            "The private key of the certificate 'first' does not open this notification's key."
        case .shortKey: "The notification's key is not one of 32 bytes."
        case .unknownCertificate:
            "It was sealed for a certificate whose private key is not here: add the key, then retry this notification."
        case .unknownCertificateID: nil
        case .truncated: "The encrypted content is not complete, or not Base64."
        case .wrongPadding, .notJSON, .notUTF8: "The content is not a resource in JSON."
        }
    }

    private struct Scene {
        let relay: WatchedRelay
        let emulator: TestCaller
        let control: EmulatorControl

        /// Subscribes to the mail of a user, as an application of a tenant does.
        func subscribe(
            _ name: String, rich: Bool = true, to user: String = "sales@example.com",
            application: EmulatedApplication = .contoso, of tenant: EmulatedTenant = .contoso
        ) async throws {
            let certificate = try BrokenRulesTests.certificate.get()
            let seal =
                rich
                ? #","includeResourceData":true,"encryptionCertificate":"\#(certificate.base64)","encryptionCertificateId":"first""#
                : ""
            let expiry = GraphDateTime.utc(self.emulator.clock.now() + 60 * minute)
            let select = rich ? "?$select=subject" : ""
            let answer = try await self.emulator.signedIn(application, of: tenant).send(
                .POST, "/v1.0/subscriptions",
                #"{"changeType":"created","notificationUrl":"\#(self.relay.url)","resource":"users/\#(user)/messages\#(select)","expirationDateTime":"\#(expiry)","clientState":"\#(name)"\#(seal)}"#
            )
            let id = try #require(try object(answer.body)["id"] as? String, "\(answer.body)")
            #expect(await self.relay.answer() == 200)
            self.relay.directory.set(
                KnownSubscription(name: name, id: id, clientState: name, tenantID: tenant.id, applicationID: application.id)
            )
        }

        func write(
            _ subject: String, to user: String = "sales@example.com", of tenant: EmulatedTenant = .contoso
        ) async throws {
            let answer = try await self.emulator.signedIn(.contoso, of: tenant).send(
                .POST, "/v1.0/users/\(user)/messages", #"{"subject":"\#(subject)"}"#
            )
            #expect(answer.status == 201)
        }

        /// Lets everything that waits go out in one `POST`.
        func deliver() async throws {
            try await self.control.advance(by: .seconds(1))
            #expect(await self.relay.answer() == 202)
            await self.relay.settle()
        }
    }

    private static func contoso(_ version: TokenVersion) -> EmulatedTenant {
        var tenant = EmulatedTenant.contoso
        tenant.applications[0].tokenVersion = version
        return tenant
    }

    private static func withScene(
        _ tenants: [EmulatedTenant], applications: [EmulatedApplication] = [.contoso],
        _ body: (Scene) async throws -> Void
    ) async throws {
        let clock = SteppedClock()
        try await withControlledEmulator {
            $0.clock = clock.clock
            $0.directory.tenants = tenants
        } _: { emulator, control in
            try await withRelay(
                certificate: try Self.certificate.get(), emulator: emulator.base, applications: applications, tenants: tenants
            ) { relay in
                try await body(Scene(relay: relay, emulator: emulator, control: control))
            }
        }
    }

    /// The next delivery, with nothing wrong, is taken.
    private static func isTakenAgain(_ scene: Scene, after updates: [String], _ deadLetters: [String]) async throws {
        try await scene.write("good")
        try await scene.deliver()
        #expect(try await scene.relay.updates == updates + ["good"])
        #expect(scene.relay.deadLetters == deadLetters)
    }

    @Test(arguments: Self.versions, Fault.TokenFlaw.allCases)
    func nothingIsBelievedBesideAWrongToken(_ version: TokenVersion, _ flaw: Fault.TokenFlaw) async throws {
        try await Self.withScene([Self.contoso(version)]) { scene in
            try await scene.subscribe("rich")
            try scene.control.set(Fault(.deliveries, .tokens(flaw), count: 1))
            try await scene.write("bad")
            try await scene.deliver()
            // With `null` Graph says that it could not encrypt, and tells of the change without content.
            let updates = flaw == .null ? ["none"] : []
            let deadLetters = Self.refusal(of: flaw).map { ["notAuthentic: \($0)"] } ?? []
            #expect(try await scene.relay.updates == updates)
            #expect(scene.relay.deadLetters == deadLetters)
            try await Self.isTakenAgain(scene, after: updates, deadLetters)
        }
    }

    @Test(arguments: Self.versions, Fault.ContentFlaw.allCases)
    func wrongContentIsNotOpened(_ version: TokenVersion, _ flaw: Fault.ContentFlaw) async throws {
        try await Self.withScene([Self.contoso(version)]) { scene in
            try await scene.subscribe("rich")
            try scene.control.set(Fault(.deliveries, .content(flaw), count: 1))
            try await scene.write("bad")
            try await scene.deliver()
            let updates = Self.refusal(of: flaw) == nil ? ["bad"] : []
            let deadLetters = Self.refusal(of: flaw).map { ["contentNotOpened: \($0)"] } ?? []
            #expect(try await scene.relay.updates == updates)
            #expect(scene.relay.deadLetters == deadLetters)
            try await Self.isTakenAgain(scene, after: updates, deadLetters)
        }
    }

    /// A wrong token takes all that came with it along; wrong content only itself.
    @Test(arguments: Self.versions)
    func plainOnesInTheSamePost(_ version: TokenVersion) async throws {
        try await Self.withScene([Self.contoso(version)]) { scene in
            try await scene.subscribe("plain", rich: false)
            try await scene.subscribe("rich")
            try scene.control.set(Fault(.deliveries, .tokens(.wrongPublisher), count: 1))
            try await scene.write("bad")
            try await scene.deliver()
            #expect(try await scene.relay.updates == [])
            let refused = Array(repeating: "notAuthentic: \(Self.publisher)", count: 2)
            #expect(scene.relay.deadLetters == refused)
            try scene.control.set(Fault(.deliveries, .content(.shortKey)))
            try await scene.write("bad")
            try await scene.deliver()
            #expect(try await scene.relay.updates == ["none"])
            #expect(scene.relay.deadLetters == refused + ["contentNotOpened: The notification's key is not one of 32 bytes."])
        }
    }

    /// Two applications, one token.
    @Test(arguments: Self.versions)
    func eachApplicationNeedsAToken(_ version: TokenVersion) async throws {
        let second = EmulatedApplication(
            id: "3b8d21f0-9c64-4e07-a5d8-62f1e0b9c734", name: "Second",
            servicePrincipalID: "c07e5d93-4a18-4f2b-8b61-d95a3e7f0c28", secrets: [.init("second")],
            applicationPermissions: ResourceFamily.allApplicationPermissions, tokenVersion: version
        )
        var tenant = Self.contoso(version)
        tenant.applications.append(second)
        try await Self.withScene([tenant], applications: [.contoso, second]) { scene in
            try await scene.subscribe("first")
            try await scene.subscribe("second", application: second)
            try scene.control.set(Fault(.deliveries, .tokens(.incomplete), count: 1))
            try await scene.write("bad")
            try await scene.deliver()
            #expect(try await scene.relay.updates == [])
            let refused = Array(repeating: "notAuthentic: \(Self.noneOfTheApplication)", count: 2)
            #expect(scene.relay.deadLetters == refused)
            try await scene.write("good")
            try await scene.deliver()
            #expect(try await scene.relay.updates == ["good", "good"])
            #expect(scene.relay.deadLetters == refused)
        }
    }

    /// Two tenants of one application, one token.
    @Test(arguments: Self.versions)
    func eachTenantNeedsAToken(_ version: TokenVersion) async throws {
        var application = EmulatedApplication.contoso
        application.servicePrincipalID = "a4f19c72-0d85-4b3e-9e60-17c8d2b5f943"
        application.tokenVersion = version
        let fabrikam = EmulatedTenant(
            id: "d1c60b47-58e2-4f9a-b703-9e24a8c5d610", name: "Fabrikam",
            users: [
                EmulatedUser(
                    id: "6e5b9d03-72a4-4c18-8f3d-0b1e9a7c4d52", displayName: "Cleo",
                    userPrincipalName: "cleo@fabrikam.example.com"
                )
            ],
            applications: [application]
        )
        try await Self.withScene([Self.contoso(version), fabrikam]) { scene in
            func write(_ subject: String) async throws {
                try await scene.write(subject)
                try await scene.write(subject, to: "cleo@fabrikam.example.com", of: fabrikam)
                try await scene.deliver()
            }
            try await scene.subscribe("contoso")
            try await scene.subscribe("fabrikam", to: "cleo@fabrikam.example.com", of: fabrikam)
            try scene.control.set(Fault(.deliveries, .tokens(.incomplete), count: 1))
            try await write("bad")
            #expect(try await scene.relay.updates == [])
            let refused = Array(repeating: "notAuthentic: \(Self.noneOfTheTenant)", count: 2)
            #expect(scene.relay.deadLetters == refused)
            try await write("good")
            #expect(try await scene.relay.updates == ["good", "good"])
            #expect(scene.relay.deadLetters == refused)
        }
    }
}
