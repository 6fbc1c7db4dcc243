/// What somebody sees who opens the emulator in a browser.
enum EmulatorPage {
    static func text(for tenant: EmulatedTenant, base: String) -> String {
        let user = tenant.users.first?.userPrincipalName ?? ""
        return """
            This is the Graph emulator of Tidings: enough of Microsoft Graph to develop against change notifications.
            Everything is in memory, and nobody outside this machine is asked or told anything.

            Mailboxes
            \(tenant.users.map { "  \($0.userPrincipalName)  \($0.id)" }.joined(separator: "\n"))

            Mail and everything else (no token needed)
              curl \(base)/v1.0/users
              curl \(base)/v1.0/users/\(user)/messages
              curl -X POST \(base)/v1.0/users/\(user)/messages -H 'Content-Type: application/json' -d '{"subject":"Hello"}'

            Subscriptions (with a token)
              \(base)/v1.0/subscriptions
              POST \(base)/\(tenant.id)/oauth2/v2.0/token   client_id \(tenant.applications.first?.id ?? "")

            """
    }
}
