import Foundation
import Testing

@testable import GraphEmulator

@Suite struct SeedTests {
    private static func seed(_ json: String) throws(GraphEmulatorError) -> EmulatedSeed {
        let seed = try EmulatedSeed(json: Data(json.utf8))
        try seed.validate()
        return seed
    }

    private static let smallest =
        #"{"tenants":[{"id":"t-1","users":[{"id":"u-1","displayName":"Una","userPrincipalName":"una@example.com"}]}]}"#

    @Test func theDefaultMakesSense() throws {
        try EmulatedSeed.contoso.validate()
        let tenant = EmulatedSeed.contoso.tenants[0]
        #expect(tenant.id == "7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611")
        #expect(tenant.applications[0].id == "c2d0f4a8-6b17-4e35-9a7e-1f08d3b6e924")
        #expect(tenant.applications[0].secrets == [.init("contoso-development-secret")])
        #expect(tenant.users.map(\.userPrincipalName) == ["sales@example.com", "anna@example.com", "ben@example.com"])
    }

    @Test func whatIsAbsentHasADefault() throws {
        let seed = try Self.seed(Self.smallest)
        #expect(seed.tenants[0].name == "t-1")
        #expect(seed.tenants[0].applications.isEmpty)
        #expect(seed.tenants[0].users[0].isAdministrator == false)
        #expect(seed.signingKey == nil)
    }

    @Test func everythingIsRead() throws {
        let json = #"""
            {"tenants":[{"id":"t-1","name":"One","users":[
               {"id":"u-1","displayName":"Una","userPrincipalName":"una@example.com","isAdministrator":true}],
              "applications":[{"id":"a-1","name":"App","servicePrincipalId":"s-1",
               "secrets":["plain",{"value":"ends","expiresAt":"2026-11-24T09:30:00Z"}],"certificates":[],
               "applicationPermissions":["Mail.Read"],"delegatedPermissions":["Chat.Read"],"tokenVersion":2,
               "isPublicClient":true,"managedIdentity":{"header":"h","resourceId":"r"},"quotas":{"perMailbox":3}}]}]}
            """#
        let application = try #require(try Self.seed(json).tenants[0].applications.first)
        var quotas = SubscriptionQuotas()
        quotas.perMailbox = 3
        let expected = EmulatedApplication(
            id: "a-1", name: "App", servicePrincipalID: "s-1",
            secrets: [.init("plain"), .init("ends", expiresAt: morning)], applicationPermissions: ["Mail.Read"],
            delegatedPermissions: ["Chat.Read"], tokenVersion: .v2, isPublicClient: true,
            managedIdentity: .init(header: "h", resourceID: "r"), quotas: quotas
        )
        #expect(application == expected)
    }

    @Test(arguments: [
        ("", "The seed cannot be read: "), ("[]", "a value of another type was expected"),
        ("{}", "'tenants' is missing."), (#"{"tenants":[]}"#, "The emulator has no tenants"),
        (#"{"tenants":[{"id":"t","name":"T","users":[]}]}"#, "The tenant 'T' has no users"),
        (
            #"{"tenants":[{"id":"t","user":[]}]}"#,
            "at 'tenants.[0].user', nobody knows 'user'; known are applications, id, name, users."
        ),
        (#"{"tenants":[{"users":[]}]}"#, "at 'tenants.[0]', 'id' is missing."),
    ])
    func mistakesAreNamed(_ json: String, _ message: String) {
        let error = #expect(throws: GraphEmulatorError.self) { try Self.seed(json) }
        #expect(error?.code == .invalidSeed)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func whatIsThereTwice() {
        func code(_ change: (inout EmulatedTenant) -> Void) -> GraphEmulatorError.Code? {
            var tenant = EmulatedTenant.contoso
            change(&tenant)
            let seed = EmulatedSeed(tenants: [tenant])
            do {
                try GraphEmulatorConfiguration(directory: seed).validate()
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code { _ in } == nil)
        #expect(code { $0.users[1].userPrincipalName = "SALES@example.com" } == .invalidSeed)
        #expect(code { $0.applications[1].id = $0.applications[0].id.uppercased() } == .invalidSeed)
        #expect(code { $0.applications[1].servicePrincipalID = $0.users[0].id } == .invalidSeed)
        #expect(code { $0.applications[0].certificates = ["nonsense"] } == .invalidSeed)
        #expect(throws: GraphEmulatorError.self) { try EmulatedSeed(tenants: [.contoso, .contoso]).validate() }
        #expect(throws: GraphEmulatorError.self) { try EmulatedSeed(signingKey: "nonsense").signingKeys(now: morning) }
    }
}
