/// What is kept, and how it comes back.
extension EmulatedGraph {
    mutating func saved(now: Int64) -> EmulatorSnapshot.Content {
        var content = EmulatorSnapshot.Content(
            now: now, epoch: self.epoch, random: self.random, keys: self.keys, seeded: self.directory.tenants,
            tenants: self.tenants
        )
        content.data = self.contents.map { SavedTenantData($0.value, of: $0.key) }.sorted { $0.tenantID < $1.tenantID }
        content.subscriptions = self.subscriptions.live(at: now).map {
            SavedSubscription($0, authorization: self.authorizations.authorization(of: $0.id))
        }
        content.faults = self.faults.rules.map { rule in
            var fault = rule.fault
            fault.count = rule.remaining
            return FaultDescription(fault)
        }
        var unsent = Set(self.withheld.subscriptions)
        for record in self.deliveries.log.all where record.state == .sending || record.state == .waiting {
            unsent.formUnion(record.subscriptions)
        }
        content.unsent = unsent.sorted()
        return content
    }

    /// Puts back what was kept into a graph that has just begun.
    mutating func restore(_ content: EmulatorSnapshot.Content, now: Int64) {
        self.directory.tenants = content.seeded
        self.tenants = content.tenants
        self.keys = content.keys
        self.epoch = content.epoch
        self.random.resume(content.random)
        self.contents = [:]
        for saved in content.data {
            self.contents[saved.tenantID] = saved.data(tombstoneLimit: self.settings.limits.removals)
        }
        for saved in content.subscriptions where saved.expiresAt > now {
            guard let subscription = saved.subscription else { continue }
            self.subscriptions.insert(subscription)
            if let authorization = saved.authorization {
                self.authorizations.restore(authorization, of: subscription)
            }
        }
        for description in content.faults {
            guard let fault = try? description.fault() else { continue }
            _ = try? self.faults.set(fault)
        }
        for id in content.unsent { _ = self.missed(id, now: now) }
    }
}
