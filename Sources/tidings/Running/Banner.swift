import GraphEmulator

/// What a user reads first: where everything is, and what to try.
enum Banner {
    static func dev(
        _ settings: ServerSettings, emulatorPort: Int, emulatorAdminPort: Int? = nil, tenant: EmulatedTenant,
        adminToken: AdminToken, program: String
    ) -> String {
        let emulator = "http://127.0.0.1:\(emulatorPort)"
        let control = emulatorAdminPort.map {
            "\n  Control      http://127.0.0.1:\($0)  (the emulator's clock, faults and deliveries)"
        }
        let url = settings.port == 8080 ? "" : " --url \(settings.localURL)"
        return """
            Tidings \(Tidings.version) is ready. Control-C ends it.

              Dashboard    \(settings.localURL)/?token=\(adminToken.text)
              Relay        \(settings.localURL)  (hub /graphUpdates; GET /updates)
              Emulator     \(emulator)  (Microsoft Graph, with \(tenant.users.count) mailboxes)\(control ?? "")
              Mailboxes    \(tenant.users.map(\.userPrincipalName).joined(separator: ", "))
              Admin token  \(adminToken.text)
              Data         \(settings.dataDirectory)

            Send a message, and watch it arrive on the dashboard:

            \(Self.message(emulator, tenant))

            Or follow along in another terminal:

              \(program) tail\(url)
            """
    }

    /// - Parameter authority: The file with the certificate to trust, if there is a port with TLS.
    static func emulate(
        port: Int, admin: String, tlsPort: Int? = nil, authority: String? = nil, tenant: EmulatedTenant
    ) -> String {
        let emulator = "http://127.0.0.1:\(port)"
        return """
            The Graph emulator of Tidings \(Tidings.version) is ready. Control-C ends it.

              Graph          \(emulator)/v1.0\(Self.tls(port: tlsPort, authority: authority))
              Control        \(admin)  (a page; its API is at /emulator/v1)
              Tokens         \(emulator)/\(tenant.id)/oauth2/v2.0/token
              Tenant id      \(tenant.id)
              Client id      \(tenant.applications.first?.id ?? "")
              Client secret  \(tenant.applications.first?.secrets.first?.value ?? "")
              Mailboxes      \(tenant.users.map(\.userPrincipalName).joined(separator: ", "))

            Subscribe to users/\(Self.mailbox(tenant))/messages, then make something happen there:

            \(Self.message(emulator, tenant))
            """
    }

    private static func tls(port: Int?, authority: String?) -> String {
        guard let port, let authority else { return "" }
        return "\n  With TLS       https://127.0.0.1:\(port)  (trust \(authority): SSL_CERT_FILE, REQUESTS_CA_BUNDLE)"
    }

    private static func mailbox(_ tenant: EmulatedTenant) -> String { tenant.users.first?.userPrincipalName ?? "" }

    private static func message(_ emulator: String, _ tenant: EmulatedTenant) -> String {
        #"""
          curl -X POST \#(emulator)/v1.0/users/\#(Self.mailbox(tenant))/messages \
               -H 'Content-Type: application/json' \
               -d '{"subject":"Hello","body":{"contentType":"text","content":"Hi"}}'
        """#
    }
}
