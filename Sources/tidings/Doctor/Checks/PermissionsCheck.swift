/// Whether each declared subscription is among what the application was granted.
struct PermissionsCheck: DoctorCheck {
    func findings(in observed: Observations) -> [Finding] {
        guard case .success(let settings) = observed.settings else { return [] }
        let several = observed.accounts.count > 1
        return observed.accounts.flatMap { seen -> [Finding] in
            let account = several ? seen.account.title : nil
            let subscriptions = settings.managed.filter { $0.account == seen.account.name }
            guard !subscriptions.isEmpty else { return [] }
            guard seen.error == nil else {
                return [Finding("permissions", .skipped, "Not looked at, because there is no token.", account: account)]
            }
            guard let token = seen.token else {
                return [
                    Finding(
                        "permissions", .skipped, "The token does not show them; Graph says so when a subscription is created.",
                        account: account
                    )
                ]
            }
            let problems = subscriptions.compactMap { Self.problem($0, granted: token.permissions, account: account) }
            guard problems.isEmpty else { return problems }
            return [Finding("permissions", .ok, "All that the subscriptions need were granted.", account: account)]
        }
    }

    private static func problem(
        _ subscription: ServerSettings.ManagedSubscription, granted: Set<String>, account: String?
    ) -> Finding? {
        guard let needed = ResourcePermissions.needed(toFollow: subscription.resource) else {
            return Finding(
                "permissions", .warning,
                "\(subscription.name) follows \(subscription.resource), of which nothing is known here; Graph says when it is "
                    + "created whether it may be.",
                account: account
            )
        }
        guard let least = needed.first else {
            return Finding(
                "permissions", .failed,
                "\(subscription.name) follows \(subscription.resource), which Graph shows to people who sign in only, and not to an "
                    + "application by itself: remove it.",
                account: account
            )
        }
        guard granted.isDisjoint(with: needed) else { return nil }
        return Finding(
            "permissions", .failed,
            "\(subscription.name) needs the application permission \(least) to follow \(subscription.resource): grant it, with the "
                + "consent of an administrator, in the application's registration.",
            account: account
        )
    }
}
