import GraphEmulator
import Testing

@testable import tidings

struct BannerTests {
    @Test func itShowsWhereEverythingIsAndWhatToTry() throws {
        let token = try #require(AdminToken(String(repeating: "t", count: 43)))
        var settings = ServerSettings(dataDirectory: "data")
        settings.port = 9000
        let banner = Banner.dev(settings, emulatorPort: 9001, tenant: .contoso, adminToken: token, program: "./tidings")
        for part in [
            "http://127.0.0.1:9000/?token=\(token.text)", "http://127.0.0.1:9001", "sales@example.com",
            "./tidings tail --url http://127.0.0.1:9000",
            "curl -X POST http://127.0.0.1:9001/v1.0/users/sales@example.com/messages",
        ] {
            #expect(banner.contains(part))
        }
        #expect(banner.split(separator: "\n", omittingEmptySubsequences: false).count < 25)
        let controlled = Banner.dev(
            settings, emulatorPort: 9001, emulatorAdminPort: 9002, tenant: .contoso, adminToken: token, program: "tidings"
        )
        #expect(controlled.contains("Control      http://127.0.0.1:9002"))
        settings.port = 8080
        let usual = Banner.dev(settings, emulatorPort: 8081, tenant: .contoso, adminToken: token, program: "tidings")
        #expect(usual.hasSuffix("tidings tail"))
    }

    @Test func theEmulatorAloneShowsHowToSignIn() {
        let banner = Banner.emulate(port: 9001, admin: "http://127.0.0.1:9002", tenant: .contoso)
        for part in [
            "http://127.0.0.1:9001/v1.0", "http://127.0.0.1:9002", "contoso-development-secret", "/oauth2/v2.0/token",
            "curl",
        ] {
            #expect(banner.contains(part))
        }
    }
}
