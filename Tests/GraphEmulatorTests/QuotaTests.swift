import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct QuotaTests {
    private static let other = Caller.application(.contosoIdentity, of: .contoso)

    private static func lifecycle(_ resource: String, changeType: String = "created") -> SubscriptionDraft {
        var draft = SubscriptionDraft.mail(resource, changeType: changeType)
        draft.lifecycleNotificationURL = "http://127.0.0.1:9/l"
        return draft
    }

    private static func refused(
        _ draft: SubscriptionDraft, from caller: Caller = caller, now: Int64 = morning, in graph: inout EmulatedGraph
    ) -> GraphRefusal? {
        refusal { () throws(GraphRefusal) in
            var draft = draft
            draft.expiresAt = now + 60 * minute
            _ = try graph.subscribe(draft, from: caller, now: now)
        }
    }

    @Test func theDefaultsAreGraphs() {
        let quotas = SubscriptionQuotas()
        #expect(quotas.perMailbox == 1000)
        #expect(quotas.directoryPerApplicationAndTenant == 100)
        #expect(quotas.directoryPerTenant == 1000)
        #expect(quotas.directoryPerApplication == 50_000)
        #expect(quotas.teamsPerApplicationAndResource == 1)
        #expect(quotas.teamsPerUser == 10)
        #expect(quotas.teamsPerTenant == 10_000)
    }

    /// Messages, events and contacts of all applications count together.
    @Test func mailboxes() {
        var graph = emptyGraph { $0.quotas.perMailbox = 2 }
        #expect(Self.refused(.mail(), in: &graph) == nil)
        #expect(Self.refused(.mail("users/\(sales.id)/events"), from: Self.other, in: &graph) == nil)
        #expect(Self.refused(.mail("users/SALES@example.com/contacts"), in: &graph) == .tooManyForMailbox(limit: 2))
        #expect(Self.refused(.mail("users/anna@example.com/contacts"), in: &graph) == nil)
    }

    @Test func theDirectory() {
        var graph = emptyGraph {
            $0.quotas.directoryPerApplicationAndTenant = 1
            $0.quotas.directoryPerTenant = 2
        }
        #expect(Self.refused(.mail("users", changeType: "updated"), in: &graph) == nil)
        let refused = Self.refused(.mail("users/u", changeType: "updated"), in: &graph)
        #expect(refused?.status == .forbidden)
        #expect(
            refused?.message
                == "Operation: Create; Exception: [Status Code: Forbidden; Reason: App '\(caller.applicationID)' has reached its limit of '1' 'USERS/{ID}' subscription on tenant '\(caller.tenantID)']"
        )
        #expect(Self.refused(.mail("groups", changeType: "updated"), in: &graph) == nil)
        #expect(Self.refused(.mail("users", changeType: "updated"), from: Self.other, in: &graph) == nil)
    }

    /// One of an application to one chat; and one pool for the whole tenant, whoever asks.
    @Test func teams() {
        var graph = emptyGraph { $0.quotas.teamsPerTenant = 3 }
        #expect(Self.refused(Self.lifecycle("chats/c1/messages"), in: &graph) == nil)
        let second = Self.refused(Self.lifecycle("chats/c1/messages", changeType: "updated"), in: &graph)
        #expect(second?.message.contains("has reached its limit of '1' 'CHATS/{ID}/MESSAGES' subscription") == true)
        #expect(Self.refused(Self.lifecycle("chats/c1/messages"), from: Self.other, in: &graph) == nil)
        #expect(Self.refused(Self.lifecycle("teams/t/channels/c/messages"), in: &graph) == nil)
        let pool = Self.refused(Self.lifecycle("chats/c2/messages"), in: &graph)
        #expect(pool?.status == .forbidden)
        #expect(pool?.message.contains("Tenant '\(caller.tenantID)' has reached its limit of '3'") == true)
        #expect(Self.refused(.mail(), in: &graph) == nil)
    }

    @Test func callRecordsAndApprovals() {
        var graph = emptyGraph { $0.quotas.callRecordsPerTenant = 1 }
        #expect(Self.refused(.mail("communications/callRecords", changeType: "created"), in: &graph) == nil)
        #expect(
            Self.refused(.mail("communications/callRecords", changeType: "updated"), from: Self.other, in: &graph)?.status
                == .forbidden)
        #expect(Self.refused(.mail("solutions/approval/approvalItems", changeType: "created"), in: &graph) == nil)
        #expect(
            Self.refused(.mail("solutions/approval/approvalItems", changeType: "updated"), in: &graph)?.status == .forbidden)
    }

    /// An application may have limits of its own.
    @Test func ofOneApplication() {
        var tenant = EmulatedTenant.contoso
        var quotas = SubscriptionQuotas()
        quotas.directoryPerApplicationAndTenant = 0
        tenant.applications[1].quotas = quotas
        var graph = emptyGraph { $0.directory = EmulatedSeed(tenants: [tenant]) }
        #expect(Self.refused(.mail("users", changeType: "updated"), in: &graph) == nil)
        #expect(Self.refused(.mail("users", changeType: "updated"), from: Self.other, in: &graph)?.status == .forbidden)
    }

    @Test func deletedOnesCountForAWhileIfThatIsWanted() throws {
        var graph = emptyGraph {
            $0.quotas.perMailbox = 1
            $0.quirks.deletedCountFor = .seconds(3600)
        }
        let first = try graph.subscribe(.mail())
        try graph.deleteSubscription(first.id, of: caller, now: morning)
        #expect(Self.refused(.mail(), now: morning + 60 * minute - 1, in: &graph) == .tooManyForMailbox(limit: 1))
        #expect(Self.refused(.mail(), now: morning + 60 * minute, in: &graph) == nil)
        graph = emptyGraph { $0.quotas.perMailbox = 1 }
        let second = try graph.subscribe(.mail())
        try graph.deleteSubscription(second.id, of: caller, now: morning)
        #expect(Self.refused(.mail(), in: &graph) == nil)
    }
}
