import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct PermissionTests {
    /// Whatever can be watched has permissions.
    @Test func everyRuleHasAFamily() {
        for rule in ResourceRule.all {
            for path in rule.paths { #expect(ResourcePath(path.text).family != nil, "\(path.text)") }
        }
    }

    @Test(arguments: [
        ("users/u/messages", ResourceFamily.message), ("Users('u')/mailFolders('inbox')/Messages", .message),
        ("teams/getAllMessages", .allChannelMessages), ("teams/t/channels/c/messages", .channelMessage),
        ("chats/getAllMessages", .allChatMessages), ("chats/c/messages", .chatMessage), ("chats/c", .chat), ("chats", .allChats),
        ("users/u", .user), ("users/u/drive/root", .drive), ("communications/presences?$filter=x", .presence),
        ("solutions/virtualEvents/webinars/w", .virtualEvent),
    ])
    func families(_ path: String, _ family: ResourceFamily) {
        #expect(ResourcePath(path).family == family)
    }

    @Test(arguments: [
        (["Mail.Read"], ResourceFamily.message, ResourceFamily.Access.read, true), (["Mail.ReadBasic"], .message, .read, true),
        (["Mail.ReadWrite"], .message, .read, true), (["Mail.Read"], .message, .write, false),
        (["Mail.ReadWrite"], .message, .write, true), (["Calendars.Read"], .message, .read, false),
        ([], .message, .read, false), (["Chat.Read"], .chatMessage, .read, false), (["Chat.Read.All"], .chatMessage, .read, true),
        (["Presence.Read.All"], .presence, .read, false), (["Group.Read.All"], .conversation, .read, false),
    ])
    func applications(_ permissions: [String], _ family: ResourceFamily, _ access: ResourceFamily.Access, _ isPermitted: Bool) {
        var caller = caller
        caller.permissions = Set(permissions)
        #expect(caller.permits(access, to: family) == isPermitted)
    }

    @Test(arguments: [
        (["Chat.Read"], ResourceFamily.chatMessage, true), (["Chat.Read.All"], .chatMessage, false),
        (["Presence.Read.All"], .presence, true), (["Group.Read.All"], .conversation, true),
        (["ChannelMessage.Read.All"], .allChannelMessages, false), (["CallRecords.Read.All"], .callRecord, false),
    ])
    func users(_ permissions: [String], _ family: ResourceFamily, _ isPermitted: Bool) {
        #expect(Caller.user(anna, Set(permissions)).permits(.read, to: family) == isPermitted)
    }

    @Test func theDirectoryRefusesInItsOwnWords() {
        var caller = caller
        caller.permissions = []
        #expect(refusal { () throws(GraphRefusal) in try caller.require(.read, to: .user) } == .insufficientPrivileges)
        #expect(refusal { () throws(GraphRefusal) in try caller.require(.read, to: .message) } == .accessDenied)
    }

    /// Every way to touch a subscription asks for the permission of its resource.
    @Test func subscriptionsNeedPermissions() throws {
        var graph = emptyGraph()
        var weak = caller
        weak.permissions = ["Calendars.Read"]
        func refused(_ draft: SubscriptionDraft, from caller: Caller) -> GraphRefusal? {
            refusal { () throws(GraphRefusal) in _ = try graph.subscribe(draft, from: caller) }
        }
        let forbidden = "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]"
        let mail = refused(.mail(), from: weak)
        #expect(mail?.status == .forbidden)
        #expect(mail?.code == "ExtensionError")
        #expect(mail?.message == forbidden)
        #expect(refused(.mail("users/sales@example.com/events"), from: weak) == nil)
        #expect(refused(.mail("users", changeType: "updated"), from: weak) == .insufficientPrivileges)
        #expect(refused(.mail("communications/presences/u", changeType: "updated"), from: caller)?.message == forbidden)
        #expect(refused(.mail("communications/presences/u", changeType: "updated"), from: .user(anna)) == nil)
        #expect(refused(.mail("teams/getAllMessages"), from: .user(anna))?.message == forbidden)

        let subscription = try graph.subscribe(.mail())
        var draft = SubscriptionDraft()
        draft.expiresAt = morning + 60 * minute
        let update = refusal { () throws(GraphRefusal) in
            _ = try graph.proposeUpdate(of: subscription.id, with: draft, from: weak, now: morning)
        }
        #expect(update?.message == "Operation: Update; Exception: [Status Code: Forbidden; Reason: Forbidden]")
        #expect(
            refusal { () throws(GraphRefusal) in
                _ = try graph.reauthorize(subscription.id, from: weak, now: morning)
            }?.status == .forbidden)
        let delete = refusal { () throws(GraphRefusal) in
            try graph.deleteSubscription(subscription.id, of: weak, now: morning)
        }
        #expect(delete?.message == "Operation: Delete; Exception: [Status Code: Forbidden; Reason: Forbidden]")
    }

    /// For a user, only that user's own mailbox.
    @Test func mailboxesOfOthers() {
        var graph = emptyGraph()
        func refused(_ resource: String) -> String? {
            refusal { () throws(GraphRefusal) in _ = try graph.subscribe(.mail(resource), from: .user(anna)) }?.message
        }
        #expect(
            refused("users/sales@example.com/messages")
                == "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied. Check credentials and try again.]"
        )
        #expect(refused("users/ANNA@example.com/messages") == nil)
        #expect(refused("me/events") == nil)
    }
}
