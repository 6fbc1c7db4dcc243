import Testing

@testable import GraphEmulator

@Suite struct GraphRouteTests {
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
        ("/v1.0/subscriptions/getVapidPublicKey", .graph(.vapidPublicKey, version: "v1.0")),
        ("/t/oauth2/v3.0/token", .unknown),
        ("/v2.0/users", .unknown),
        ("/v1.0", .unknownSegment("")),
        ("/v1.0/subscriptions", .graph(.subscriptions, version: "v1.0")),
        ("/beta/Subscriptions/", .graph(.subscriptions, version: "beta")),
        ("/v1.0/subscriptions/a-b", .graph(.subscription("a-b"), version: "v1.0")),
        ("/v1.0/subscriptions('a-b')", .graph(.subscription("a-b"), version: "v1.0")),
        ("/v1.0/subscriptions/a-b/reauthorize", .graph(.reauthorization("a-b"), version: "v1.0")),
        ("/v1.0/subscriptions/a-b/other", .unknownSegment("other")),
        ("/v1.0/users", .graph(.users, version: "v1.0")),
        ("/v1.0/users/sales%40example.com", .graph(.user("sales@example.com"), version: "v1.0")),
        ("/v1.0/users/u/messages", .graph(.messages(user: "u", folder: nil), version: "v1.0")),
        ("/V1.0/Users('u')/Messages('AAMk=')", .graph(.message("AAMk=", user: "u", folder: nil), version: "v1.0")),
        ("/v1.0/users/u/messages/AAMk%3D", .graph(.message("AAMk=", user: "u", folder: nil), version: "v1.0")),
        ("/v1.0/users/u/mailFolders", .graph(.folders(user: "u"), version: "v1.0")),
        ("/v1.0/users/u/mailFolders/inbox", .graph(.folder("inbox", user: "u"), version: "v1.0")),
        ("/v1.0/users/u/mailFolders('inbox')/messages", .graph(.messages(user: "u", folder: "inbox"), version: "v1.0")),
        ("/v1.0/users/u/mailfolders/inbox/messages/m", .graph(.message("m", user: "u", folder: "inbox"), version: "v1.0")),
        ("/v1.0/users/u/mailfolders/inbox/messages/m/x", .unknownSegment("x")),
        ("/v1.0/users/u/events", .unknownSegment("events")),
        ("/v1.0/groups", .unknownSegment("groups")),
        ("/v1.0/users/%zz", .unknown),
        ("/favicon.ico", .unknown),
    ])
    func paths(_ path: String, _ route: GraphRoute) {
        #expect(GraphRoute(path: path) == route)
    }
}
