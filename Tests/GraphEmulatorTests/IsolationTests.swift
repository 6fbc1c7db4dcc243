import NIOHTTP1
import Testing

@testable import GraphEmulator

/// Two tenants, and an application that both know.
@Suite struct IsolationTests {
    private static let fabrikam = EmulatedTenant(
        id: "1b5e9d40-77c2-4f1e-a6f3-90d2c8b4e715", name: "Fabrikam",
        users: [
            EmulatedUser(
                id: "6f0d2c8a-3e91-4b57-8c46-d7a15e90b328", displayName: "Mei Tan", userPrincipalName: "mei@fabrikam.example"
            )
        ],
        applications: [
            EmulatedApplication(
                id: EmulatedApplication.contoso.id, name: "Contoso Relay",
                servicePrincipalID: "c84a7f15-92e6-4d03-b1f8-5e3c06d9a247", secrets: EmulatedApplication.contoso.secrets,
                applicationPermissions: ["Mail.ReadWrite", "User.Read.All"]
            )
        ]
    )
    private static let there = Caller.application(fabrikam.applications[0], of: fabrikam)

    private static func graph() -> EmulatedGraph {
        emptyGraph { $0.directory = EmulatedSeed(tenants: [.contoso, fabrikam]) }
    }

    @Test func subscriptions() throws {
        var graph = Self.graph()
        let here = try graph.subscribe(.mail())
        let there = try graph.subscribe(.mail("users/mei@fabrikam.example/messages"), from: Self.there)
        #expect(here.tenantID == EmulatedTenant.contoso.id)
        #expect(there.tenantID == Self.fabrikam.id)
        #expect(there.creatorID == Self.fabrikam.applications[0].servicePrincipalID)
        #expect(graph.subscriptions(of: caller, after: 0, now: morning).page.map(\.id) == [here.id])
        #expect(graph.subscriptions(of: Self.there, after: 0, now: morning).page.map(\.id) == [there.id])
        let foreign = refusal { () throws(GraphRefusal) in _ = try graph.subscription(here.id, of: Self.there, now: morning) }
        #expect(foreign == .unknownSubscription)
    }

    @Test func mailboxesOfTheOtherTenantAreUnknown() {
        var graph = Self.graph()
        let refused = refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail(), from: Self.there) }
        #expect(refused == .unknownMailbox)
    }

    @Test func itemsNameTheirTenant() throws {
        var graph = Self.graph()
        _ = try graph.subscribe(.mail("users/mei@fabrikam.example/messages"), from: Self.there)
        let scope = try graph.mailScope(user: "mei@fabrikam.example", folder: "inbox", in: Self.fabrikam.id)
        _ = try graph.create([:], in: scope, now: morning)
        let item = try #require(graph.deliver(at: morning + minute).first?.first)
        #expect(try object(item)["tenantId"] as? String == Self.fabrikam.id)
    }

    @Test func overHTTP() async throws {
        try await withReceiver { receiver in
            try await withEmulator {
                $0.directory.tenants.append(Self.fabrikam)
                $0.requiresTokens = true
            } _: { emulator in
                let here = try await emulator.signedIn()
                let there = try await emulator.signedIn(Self.fabrikam.applications[0], of: Self.fabrikam)
                #expect(try await here.subscribe(to: receiver.url).status == 201)
                #expect(try object(try await there.send(.GET, "/v1.0/subscriptions").body)["value"] as? [String] == [])
                #expect(try await there.send(.GET, "/v1.0/users/mei@fabrikam.example").status == 200)
                #expect(try await there.send(.GET, "/v1.0/users/sales@example.com").status == 404)
                #expect(try await there.send(.GET, "/v1.0/users/sales@example.com/messages").status == 404)
                #expect(try await there.send(.GET, "/v1.0/users/mei@fabrikam.example/messages").status == 200)
                #expect(try await emulator.send(.GET, "/v1.0/users").status == 401)
            }
        }
    }
}
