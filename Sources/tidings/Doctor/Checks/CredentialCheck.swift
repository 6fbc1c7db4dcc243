import GraphNotifications

/// Whether a token can be had with each account's credential, and for how long that will go on.
struct CredentialCheck: DoctorCheck {
    private static let monthOfNotice: Int64 = 30

    func findings(in observed: Observations) -> [Finding] {
        let several = observed.accounts.count > 1
        return observed.accounts.map { seen in
            let account = several ? seen.account.title : nil
            if let error = seen.error { return Finding("credential", .failed, error.description, account: account) }
            let signedIn = "A token was issued for \(seen.account.proof)"
            guard let end = seen.certificateExpiresAt else { return Finding("credential", .ok, signedIn + ".", account: account) }
            let days = (end - observed.now) / 86_400_000
            guard days < Self.monthOfNotice else {
                return Finding("credential", .ok, "\(signedIn), which is good for \(days) days.", account: account)
            }
            return Finding(
                "credential", .warning,
                "\(signedIn), which ends in \(days) days: make another and upload it to the application's registration.",
                account: account
            )
        }
    }
}
