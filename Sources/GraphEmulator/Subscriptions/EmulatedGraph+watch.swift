/// From the resource of a subscription to what it means in the data.
extension EmulatedGraph {
    /// How many people one presence subscription may name.
    static let presencesPerSubscription = 650

    func watch(for proposal: SubscriptionProposal) throws(GraphRefusal) -> ResourceWatch {
        let match = proposal.match
        let data = self.data(of: proposal.caller.tenantID)
        var watch = ResourceWatch(options: proposal.path.options)
        var keys = match.keys
        if let user = keys["user"] {
            let found = data.user(user)?.id
            if proposal.rule.workload == .outlook {
                guard found != nil else { throw .unknownMailbox }
            }
            keys["user"] = found ?? user.lowercased()
        }
        let owner = keys["user"] ?? ""
        for (name, kind) in [("folder", EntityKind.mailFolder), ("calendar", .calendar), ("contactFolder", .contactFolder)] {
            guard let key = keys[name] else { continue }
            guard let found = data.container(key, kind, of: owner) else { throw .unknownFolder }
            keys[name] = found.id
        }
        if match.pattern.text == "communications/presences" {
            if let ids = watch.filter?.values(of: "id") {
                guard ids.count <= Self.presencesPerSubscription else {
                    throw .tooManyPresences(limit: Self.presencesPerSubscription)
                }
                watch.paths = Set(ids.map { "communications/presences/\($0.lowercased())" })
                return watch
            }
        }
        for name in ["group", "team", "presence"] { keys[name] = keys[name]?.lowercased() }
        if match.pattern.text.hasSuffix("/drive/root"), let drive = data.driveID(of: keys) {
            watch.paths = ["drives/\(drive)/root"]
        } else {
            watch.paths = [match.pattern.filled(with: keys)]
        }
        return watch
    }
}
