import GraphEmulator

/// What a user reads first: where everything is, and what to try.
enum Banner {
    static func dev(
        _ settings: ServerSettings, emulatorPort: Int, company: EmulatedCompany, adminToken: AdminToken, program: String
    ) -> String {
        let emulator = "http://127.0.0.1:\(emulatorPort)"
        let url = settings.port == 8080 ? "" : " --url \(settings.localURL)"
        return """
            Tidings \(Tidings.version) is ready. Control-C ends it.

              Dashboard    \(settings.localURL)/?token=\(adminToken.text)
              Relay        \(settings.localURL)  (hub /graphUpdates; GET /updates)
              Emulator     \(emulator)  (Microsoft Graph, with \(company.users.count) mailboxes)
              Mailboxes    \(company.users.map(\.userPrincipalName).joined(separator: ", "))
              Admin token  \(adminToken.text)
              Data         \(settings.dataDirectory)

            Send a message, and watch it arrive on the dashboard:

            \(Self.message(emulator, company))

            Or follow along in another terminal:

              \(program) tail\(url)
            """
    }

    static func emulate(port: Int, company: EmulatedCompany) -> String {
        let emulator = "http://127.0.0.1:\(port)"
        return """
            The Graph emulator of Tidings \(Tidings.version) is ready. Control-C ends it.

              Graph          \(emulator)/v1.0
              Tokens         \(emulator)/\(company.tenantID)/oauth2/v2.0/token
              Tenant id      \(company.tenantID)
              Client id      \(company.clientID)
              Client secret  \(company.clientSecret)
              Mailboxes      \(company.users.map(\.userPrincipalName).joined(separator: ", "))

            Subscribe to users/\(Self.mailbox(company))/messages, then make something happen there:

            \(Self.message(emulator, company))
            """
    }

    private static func mailbox(_ company: EmulatedCompany) -> String { company.users.first?.userPrincipalName ?? "" }

    private static func message(_ emulator: String, _ company: EmulatedCompany) -> String {
        #"""
          curl -X POST \#(emulator)/v1.0/users/\#(Self.mailbox(company))/messages \
               -H 'Content-Type: application/json' \
               -d '{"subject":"Hello","body":{"contentType":"text","content":"Hi"}}'
        """#
    }
}
