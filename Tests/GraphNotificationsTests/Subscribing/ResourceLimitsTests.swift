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

    /// Each row of the documentation: its paths, the longest life when the object comes along (0: it cannot), and what may be
    /// asked for.
    @Test(arguments: [
        ("users/u/messages", 1_440, "created,updated,deleted"), ("me/events", 1_440, "created,updated,deleted"),
        ("me/calendars/c/events", 1_440, "created,updated,deleted"),
        ("users/u/contactFolders/f/contacts", 1_440, "created,updated,deleted"),
        ("groups/g/conversations", 0, "created,updated,deleted"), ("me/drive/root", 0, "updated"),
        ("drives/d/root", 0, "updated"), ("sites/s/drive/root", 0, "updated"), ("sites/s/lists/l", 0, "updated"),
        ("users", 0, "updated,deleted"), ("users/u", 0, "updated,deleted"), ("groups/g/owners", 0, "updated,deleted"),
        ("security/alerts/?$filter=x", 0, "created,updated,deleted"),
        ("reports/healthmonitoring/alerts", 0, "created,updated,deleted"),
        ("copilot/interactionHistory/getAllEnterpriseInteractions", 4_320, "created,updated,deleted"),
        ("copilot/users/u/onlineMeetings/getAllAiInsights", 0, "created,updated,deleted"),
        ("copilot/users/u/onlineMeetings/m/aiInsights", 0, "created,updated,deleted"),
        ("solutions/approval/approvalItems", 0, "created,updated,deleted"),
        ("communications/callRecords?$filter=x", 0, "created,updated"),
        ("communications/onlineMeetings/m/recordings", 4_320, "created,updated,deleted"),
        ("users/u/onlineMeetings/getAllTranscripts", 4_320, "created,updated,deleted"),
        ("appCatalogs/teamsApps/a/installedToOnlineMeetings/getAllRecordings", 4_320, "created,updated,deleted"),
        ("chats", 4_320, "created,updated,deleted"), ("chats/c", 4_320, "created,updated,deleted"),
        ("users/u/chats", 0, "created,updated,deleted"),
        ("appCatalogs/teamsApps/a/installedToChats", 0, "created,updated,deleted"),
        ("users/u/chats/getAllMessages", 4_320, "created,updated,deleted"),
        ("appCatalogs/teamsApps/a/installedToChats/getAllMessages", 0, "created,updated,deleted"),
        ("appCatalogs/teamsApps/a/installedToChats/getAllMembers", 4_320, "created,updated,deleted"),
        ("teams/t/channels", 4_320, "created,updated,deleted"), ("teams/getAllChannels", 4_320, "created,updated,deleted"),
        ("teams/t/members", 4_320, "created,updated,deleted"), ("teams", 4_320, "created,updated,deleted"),
        ("appCatalogs/teamsApps/a/installations", 0, "created,updated,deleted"),
        ("communications/onlineMeetings(joinWebUrl='x')/meetingCallEvents", 4_230, "created,updated,deleted"),
        ("communications/presences/p", 60, "updated"), ("teams/t/schedule/openShiftChangeRequests", 0, "created,updated,deleted"),
        ("print/printers/p/jobs", 0, "created,updated,deleted"), ("print/taskDefinitions/d/tasks", 0, "created,updated,deleted"),
        ("me/todo/lists/l/tasks", 0, "created,updated,deleted"), ("solutions/virtualEvents/x", 0, "created,updated,deleted"),
        ("somethingNew", 60, "created,updated,deleted"),
    ])
    func objectsAndChanges(resource: String, richMinutes: Int, changeTypes: String) {
        #expect(ResourceLimits.canIncludeResourceData(resource) == (richMinutes > 0))
        if richMinutes > 0 {
            let longest = ResourceLimits.maximumLifetime(of: resource, includesResourceData: true)
            #expect(longest == .seconds(richMinutes * 60))
        }
        #expect(ResourceLimits.changeTypes(of: resource).description == changeTypes)
    }

    @Test func optionsThatGraphRefuses() {
        func fault(_ resource: String, rich: Bool = false) -> String? {
            ResourceLimits.fault(inOptionsOf: resource, includesResourceData: rich)
        }
        #expect(fault("me/messages?$filter=isRead eq false") == nil)
        #expect(fault("me/messages?$select=subject,bodyPreview", rich: true) == nil)
        #expect(fault("chats/c?notifyOnUserSpecificProperties=true") == nil)
        for option in ["$top=5", "$skip=1", "$orderby=subject", "$Top=5"] {
            #expect(fault("me/messages?$filter=x&\(option)")?.contains("$filter") == true)
        }
        #expect(fault("me/messages?$select=subject,Body", rich: true)?.contains("bodyPreview") == true)
        func presences(_ count: Int) -> String {
            "communications/presences?$filter=id in (" + (0..<count).map { "'\($0)'" }.joined(separator: ",") + ")"
        }
        #expect(fault(presences(650)) == nil && fault(presences(651))?.contains("650") == true)
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
