import HTTPTypes
import Testing

@testable import GraphEmulator

@Suite struct GraphRouteTests {
    private static func graph(_ target: GraphTarget, _ keys: [String: String] = [:], version: String = "v1.0") -> GraphRoute {
        .graph(target, keys: keys, version: version)
    }

    @Test(arguments: [
        ("/", GraphRoute.page),
        ("/health/live", .live),
        ("/health/ready", .unknown),
        ("/7F3C/oauth2/v2.0/token", .signIn(.token(tenant: "7f3c"))),
        ("/7F3C/oauth2/token", .signIn(.token(tenant: "7f3c"))),
        ("/common/oauth2/v2.0/devicecode", .signIn(.deviceCode(tenant: "common"))),
        ("/devicelogin", .signIn(.deviceLogin)),
        ("/t/.well-known/openid-configuration", .signIn(.metadata(tenant: "t", .v1))),
        ("/t/v2.0/.well-known/openid-configuration", .signIn(.metadata(tenant: "t", .v2))),
        ("/common/discovery/keys", .signIn(.keys(tenant: "common", .v1))),
        ("/common/discovery/v2.0/keys", .signIn(.keys(tenant: "common", .v2))),
        ("/common/discovery/instance", .signIn(.instances)),
        ("/metadata/identity/oauth2/token", .signIn(.machineIdentity)), ("/msi/token", .signIn(.serviceIdentity)),
        ("/v1.0/subscriptions/getVapidPublicKey", graph(.vapidPublicKey)),
        ("/t/oauth2/v3.0/token", .unknown),
        ("/v2.0/users", .unknown),
        ("/v1.0", .unknownSegment("")),
        ("/v1.0/subscriptions", graph(.subscriptions)),
        ("/beta/Subscriptions/", graph(.subscriptions, version: "beta")),
        ("/v1.0/subscriptions/a-b", graph(.subscription, ["id": "a-b"])),
        ("/v1.0/subscriptions('a-b')", graph(.subscription, ["id": "a-b"])),
        ("/v1.0/subscriptions/a-b/reauthorize", graph(.reauthorization, ["id": "a-b"])),
        ("/v1.0/subscriptions/a-b/other", .unknownSegment("other")),
        ("/v1.0/$batch", graph(.batch)),
        ("/v1.0/%24batch", graph(.batch)),
        ("/v1.0/users", graph(.collection(.user))),
        ("/v1.0/users/delta", graph(.delta(.user))),
        ("/v1.0/users/delta()", graph(.delta(.user))),
        ("/v1.0/users/sales%40example.com", graph(.entity(.user), ["id": "sales@example.com"])),
        ("/v1.0/me", graph(.entity(.user), ["id": GraphRoute.me])),
        ("/v1.0/me/messages", graph(.collection(.message), ["user": GraphRoute.me])),
        ("/v1.0/users/u/messages", graph(.collection(.message), ["user": "u"])),
        ("/V1.0/Users('u')/Messages('AAMk=')", graph(.entity(.message), ["user": "u", "id": "AAMk="])),
        ("/v1.0/users/u/messages/AAMk%3D", graph(.entity(.message), ["user": "u", "id": "AAMk="])),
        ("/v1.0/users/u/messages/m/move", graph(.action(.move), ["user": "u", "id": "m"])),
        ("/v1.0/users/u/mailFolders", graph(.collection(.mailFolder), ["user": "u"])),
        ("/v1.0/users/u/mailFolders/inbox", graph(.entity(.mailFolder), ["user": "u", "id": "inbox"])),
        ("/v1.0/users/u/mailFolders('inbox')/messages", graph(.collection(.message), ["user": "u", "folder": "inbox"])),
        (
            "/v1.0/users/u/mailfolders/inbox/messages/m",
            graph(.entity(.message), ["user": "u", "folder": "inbox", "id": "m"])
        ),
        ("/v1.0/users/u/mailfolders/inbox/messages/delta", graph(.delta(.message), ["user": "u", "folder": "inbox"])),
        ("/v1.0/users/u/mailfolders/inbox/messages/m/x", .unknownSegment("x")),
        ("/v1.0/users/u/calendarView/delta", graph(.delta(.event), ["user": "u", "calendar": ""])),
        ("/v1.0/users/u/nonsense", .unknownSegment("nonsense")),
        ("/v1.0/nonsense/users", .unknownSegment("nonsense")),
        ("/v1.0/groups/g/members/$ref", graph(.memberLinks(.members), ["group": "g"])),
        ("/v1.0/drives/d/root:/a/b.txt:/content", graph(.contentAtPath, ["drive": "d", "path": "a/b.txt"])),
        ("/v1.0/me/drive/root:/a/b", graph(.driveItemAtPath, ["user": GraphRoute.me, "path": "a/b"])),
        ("/v1.0/chats('19:x@thread.v2')/messages", graph(.collection(.chatMessage), ["chat": "19:x@thread.v2"])),
        (
            "/v1.0/teams/t/channels/c/messages/1/replies/2",
            graph(.entity(.channelMessage), ["team": "t", "channel": "c", "message": "1", "id": "2"])
        ),
        ("/v1.0/users/%zz", .unknown),
        ("/favicon.ico", .unknown),
    ])
    func paths(_ path: String, _ route: GraphRoute) {
        #expect(GraphRoute(path: path) == route)
    }
}
