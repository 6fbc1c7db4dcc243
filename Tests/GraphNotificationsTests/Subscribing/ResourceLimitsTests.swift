import Testing

@testable import GraphNotifications

@Suite struct ResourceLimitsTests {
    @Test(arguments: [
        ("users/u/messages", 10_070), ("/Users/u/Messages", 10_070), ("me/messages", 10_070),
        ("users/u/mailFolders('inbox')/messages", 10_070), ("users('u')/events", 10_070), ("me/contacts", 10_070),
        ("users/u/contactFolders/f/contacts", 10_070), ("users/u/messages?$select=subject", 10_070), ("users", 41_760),
        ("users/u", 41_760), ("groups", 41_760), ("groups/g/members", 41_760), ("groups/g/conversations", 4_230),
        ("users/u/drive/root", 42_300), ("drives/d/root", 42_300), ("sites/s/lists/l", 42_300),
        ("groups/g/drive/root", 42_300), ("communications/presences/p", 60),
        ("communications/presences?$filter=id in ('a','b')", 60), ("communications/callRecords", 4_230),
        ("communications/onlineMeetings/getAllTranscripts", 4_320),
        ("communications/onlineMeetings(joinWebUrl='https%3A%2F%2Fx')/meetingCallEvents", 4_230),
        ("teams/t/channels/c/messages", 4_320), ("teams/getAllMessages", 4_320), ("chats/c/messages", 4_320),
        ("users/u/chats/getAllMessages", 4_320), ("users/u/onlineMeetings/getAllRecordings", 4_320),
        ("teams/t/schedule/shifts", 360), ("appCatalogs/teamsApps/a/installations", 4_320),
        ("copilot/users/u/interactionHistory/getAllEnterpriseInteractions", 4_320), ("me/todo/lists/l/tasks", 4_230),
        ("print/printers/p/jobs", 4_230), ("security/alerts/a", 43_200), ("solutions/approval/approvalItems", 43_200),
        ("reports/healthmonitoring/alerts", 42_300), ("solutions/virtualEvents/x", 60), ("somethingNew", 60), ("", 60),
    ])
    func maximumLifetimes(resource: String, minutes: Int) {
        #expect(ResourceLimits.maximumLifetime(of: resource) == .seconds(minutes * 60))
    }

    @Test func someNeedALifecycleURL() {
        for resource in ["teams/t/channels/c/messages", "chats", "copilot/x", "users/u/chats", "teams/t/schedule/shifts"] {
            #expect(ResourceLimits.needsLifecycleNotificationURL(resource))
            #expect(ResourceLimits.defaultLifetime(of: resource, hasLifecycleNotificationURL: false) == .seconds(54 * 60))
        }
        for resource in ["users/u/messages", "drives/d/root", "users", "communications/presences/p"] {
            #expect(!ResourceLimits.needsLifecycleNotificationURL(resource))
        }
    }

    @Test func theDefaultIsTheLongestLessAMargin() {
        #expect(ResourceLimits.defaultLifetime(of: "me/messages", hasLifecycleNotificationURL: false) == .seconds(10_060 * 60))
        #expect(ResourceLimits.defaultLifetime(of: "chats", hasLifecycleNotificationURL: true) == .seconds(4_310 * 60))
        // Still above the 45 minutes to which Graph would raise it.
        let presence = "communications/presences/p"
        #expect(ResourceLimits.defaultLifetime(of: presence, hasLifecycleNotificationURL: true) == .seconds(54 * 60))
    }
}
